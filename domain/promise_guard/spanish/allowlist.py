"""Lists what looks like a promise of time in Spanish and is none. Add an exception here."""

ALLOWLIST = {
    "round the clock": r"(?:las )?24 horas(?: del dia)?|dia y noche|a todas horas|a cualquier hora",
    "a habit": r"""
        (?:cada|todos los|todas las|por|al) (?:<amount> )?(?:<unit>|<weekday>|mananas|tardes|noches)
        (?:cada|todos los|todas las) \w{3,9} (?:a|hacia|sobre) <clock>
        (?:una|dos|tres|varias) vez(?:es|) (?:al|por|a la) <unit>|veces (?:al|por|a la) <unit>
        (?:los|las) (?:lunes|martes|miercoles|jueves|viernes|sabados|domingos)
        (?:por|de) las (?:mananas|tardes|noches)
    """,
    "opening hours": r"""
        de (?:<weekday>) a (?:<weekday>)(?:,? de <clock> a <clock>)?|de <clock> a <clock>
        desde (?:las )?<clock> hasta (?:las )?<clock>
    """,
    "a time that is over": r"""
        hace (?:<word> ){0,2}(?:<length>|<unit>)|desde hace <length>|desde (?:el |la |las )?<clock>
        desde (?:el |este |la )?(?:pasado )?(?:<weekday>|<date>|<month>|<part of day>)
        desde (?:<numeric date>|hoy|esta <period>|anoche|ayer)
        ayer (?:<part of day>)|anoche|la noche pasada|el <weekday> (?:pasado|anterior|ultimo)
        (?:en |durante )?(?:el|la|los|las) (?:ultim|pasad)[oa]s? (?:<amount> )?(?:<unit>|<weekday>)
        a (?:dia )?de hoy|hasta (?:hoy|la fecha)|hasta ahora|buen[oa]s (?:dias|tardes|noches)
        (?:de )?hoy en dia|el (?:<weekday>|mes|ano) (?:pasado|anterior)
        la semana (?:pasada|anterior)
    """,
    "courtesy": r"""
        (?:buen|feliz|que (?:pase|tenga)) (?:<word> ){0,3}(?:fin de semana|dia|semana|tarde|noche)
        feliz \w{4,10}|felices (?:fiestas|vacaciones)
    """,
    "a deadline for the client": r"tiene (?:<word> )?(?:hasta|<length> para)<gap>",
    "soon in comparison": "tan pronto como|lo mas pronto posible|cuanto antes|lo antes posible",
    "what anything lasts": r"""
        <length> de (?:retraso|demora|espera|antelacion|inactividad|duracion|antiguedad)
        (?:mas|menos) de <length> en \w{3,14}r
    """,
    "no estimate": r"(?:ningun|ninguna|sin|no hay|no tenemos)(?: <word>){0,3} (?:<estimate>|eta)",
    "a version of a season": "(?:version|edicion) de <season>",
}
