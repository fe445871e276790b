"""The fragments that patterns of Spanish are made of; `match.py` says how they are written."""

FRAGMENTS = {
    # Numbers and lengths of time
    "ones": "un|uno|una|dos|tres|cuatro|cinco|seis|siete|ocho|nueve|diez|once|doce",
    "count": r"""
        \d{1,4}(?:[.,]\d{1,2})?|<ones>|trece|catorce|quince|dieciseis|diecisiete|dieciocho
        diecinueve|veinte|veinti\w{3,6}|treinta|cuarenta|cincuenta|sesenta|noventa|cien
        (?:treinta|cuarenta|cincuenta) y <ones>
    """,
    "range": "<count>(?: ?(?:a|o|u|y|-|/|,) ?<count>)?",
    "vague": r"""
        unos|unas|algunos|algunas|varios|varias|pocos|pocas|(?:un )?par de|media|medio
        una docena de
        cualquier|contad[oa]s
    """,
    "rough": r"""
        aproximadamente|alrededor de|cerca de|casi|como (?:mucho|maximo|minimo)|al menos|solo
        por lo menos|maximo|mas de|menos de|no mas de|hasta|apenas|otr[oa]s?|los|las|el|la
        (?:los |las )?proxim[oa]s|(?:los |las )?siguientes|aun|todavia|tan solo|escas[oa]s|ca\.?
        un maximo de|un minimo de|un plazo de|cuestion de|un total de|un|una
    """,
    "amount": "(?:<rough> ?){0,3}(?:<range>|<vague>)",
    "unit": r"""
        dias?(?: (?:laborables?|habiles|habil|naturales))?|jornadas?|horas?|h|min\.?
        minutos?|minutit\w{2}|ratos?|ratit\w|horit\w{1,2}|semanas?|quincenas?|mes|meses|trimestres?|semestres?
        anos?|sprints?|noches?|momentit\w|momentos?|instantes?
    """,
    "length": r"""
        (?:<rough> ?){0,3}(?:<range>|<vague>)(?: escas[oa]s?)? ?<unit>(?: y (?:media|medio|pico))?
        (?:<rough> ?){1,3}<unit>|media hora|hora y media|un cuarto de hora|tres cuartos de hora
    """,
    # Days and dates
    "weekday": "lunes|martes|miercoles|jueves|viernes|sabado|domingo",
    "part of day": r"""
        (?:por|a|de|en) la (?:manana|tarde|noche|madrugada|tarde noche)|al? mediodia
        al final del dia|a (?:primera|ultima) hora(?: de la (?:manana|tarde))?
        a media (?:manana|tarde)
    """,
    "month": r"""
        enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|diciembre
    """,
    "d": r"(?:0?[1-9]|[12]\d|3[01]|primero|uno)",
    "date": r"<d>(?: ?[.o])? de <month>(?: (?:de |del )?20\d\d)?|<d> <month>(?: 20\d\d)?",
    "numeric date": r"<d>/(?:0?[1-9]|1[0-2])(?:/(?:20)?\d\d)?(?![\d:])|<d>[.-]\d\d?[.-]20\d\d",
    "hour": r"\d{1,2}|una|dos|tres|cuatro|cinco|seis|siete|ocho|nueve|diez|once|doce",
    "clock": r"""
        (?:[01]?\d|2[0-4])[:.h][0-5]\d ?(?:h\b\.?|horas)?
        las? <hour>(?: (?:y (?:media|cuarto|pico|diez|veinte)|menos (?:cuarto|diez|veinte)))?<sharp>
        mediodia|medianoche
    """,
    "sharp": r"(?: en punto)?(?: (?:horas|h\b))?(?: (?:de la (?:manana|tarde|noche)))?",
    "season": "primavera|verano|otono|invierno",
    "holiday": r"""
        navidad(?:es)?|semana santa|nochebuena|nochevieja|ano nuevo|fin de ano|reyes|pascua
        fiestas|vacaciones(?: de (?:verano|navidad))?|carnaval(?:es)?|puente|pentecostes
    """,
    "period": r"""
        dia|jornada|semana|quincena|mes|trimestre|cuatrimestre|semestre|ano|noche|tarde|temporada
        curso|ejercicio|fin de semana|verano|otono|invierno|primavera|hora|sprint|manana|madrugada
    """,
    "next": r"proxim[oa]s?|siguientes?|entrantes?|venider[oa]s?",
    "to come": r"(?:que|q) viene|que entra|proxim[oa]|siguiente|entrante|venider[oa]|que vienen",
    "the": "(?:el |la |los |las |un |una )?",
    "release": r"""
        version(?:es)?|actualizacion(?:es)?|entregas?|parches?|mantenimiento|despliegues?|release
        (?:ventana|parada)(?: de mantenimiento)?|sprint|publicacion|iteracion|revision|hotfix
        compilacion
    """,
    "take": "(?:tardar|llevar|durar|demorar|necesitar|costar|requerir|exigir)",
    "arrive": "(?:vuelva|regrese|llegue|abra|empiece|comience|necesite)",
    "filler": r"(?!cada|todos|todas|siempre|desde|hace)\w{1,16}",
    "word": r"[\w']{1,18}",
    "end": "(?:finales|fines|principios|comienzos|mediados|final|fin|principio)",
    "of the": "(?:del|de)(?: la| el| este| esta)?",
    # Estimates and events
    "estimated": r"(?:estimad|previst|aproximad|esperad|calculad|fijad|orientativ|probable)\w{0,2}",
    "estimate": "fecha|plazo|hora|tiempo|dia|duracion|momento|entrega|finalizacion",
    "event": r"""
        auditorias?|reunion(?:es)?|cierre(?: (?:de|del) <period>)?|turno|jornada|nomina|nominas
        formacion|visita|inventario|feria|campana|presentacion|inspeccion|examen(?:es)?|temporada
        matricula|vacaciones|pago|facturacion|arranque|apertura|lanzamiento|demostracion|demo
        asamblea|entrega|evento|curso|clase|clases|elecciones|junta|consejo|vencimiento
    """,
    "your": "su|sus|el|la|los|las|nuestra|nuestro|tu",
    # Parts of excuses
    "gap": r"(?:(?<!\w)|(?!\w))[^@]{0,200}(?:(?<!\w)|(?!\w))",
    "start": r"(?:^|(?<=[.:;,?!] )|(?<=[.:;,?!]))",
    "not": r"no|ningun|ninguna|ninguno|nada|nadie|sin|tampoco|nunca|ni|imposible|jamas|dificil",
    "foresee": r"""
        (?:promet|garanti|asegur|confirm|sab|pod|dispon|conoc|cre|pens|cont|tene|estim)\w{1,9}
        calcul\w{1,9}
        (?:compromet|descart|fij|pued|decir|dar|facilit|adelant|anticip|predec|prev|ofrec)\w{0,9}
        depend\w{1,4}|hay|existe\w?|es posible|tiene sentido|consta\w?
        esta (?:claro|decidid\w|fijad\w|confirmad\w)
        (?:queda\w?|es|sera) segur\w|ciert\w|doy|damos
        se (?:cuando|si|exactamente|a que|que|cuanto)
    """,
    "said": r"""
        (?:escrib|ped|pid|pregunt|coment|indic|solicit|mencion|inform|dic|dij|comunic|reclam)\w{1,7}
        (?:report|describ|quer|quis|quier|necesit|dese|explic|cont|senal|avis|rog|exig)\w{1,7}
    """,
    "mend": r"""
        (?:arregl|correg|corrig|corrij|resuel|resol|soluci|repar|restable|restaur|recuper)\w{0,12}
        (?:normaliz|subsan|funcion|desplieg|despleg|public|instal|entreg|reactiv)\w{0,12}
        list[oa]s?(?! de)|disponibles?|operativ[oa]s?|parches?|terminad[oa]s?|acab\w{1,6}
        correct\w{1,8}
        version(?:es)?|en orden|habra(?:n|) \w{2,14}[aei]d[oa]s?|podr\w{1,4}|acceso
    """,
    "anew": r"vuelv\w{1,3}|volver\w{0,4}|de nuevo",
    "sure": r"""
        \w{2,16}[aei]r(?:a|an|emos)|sera|seran|estara\w{0,1}|va a|van a|vamos a|esperamos|prevemos
        tendr\w{1,4}|podr(?:a|an|emos)|habr(?:a|an|emos)|previst[oa]s?|pronto
    """,
    "asked": r"""
        (?:envie|manden?|responda|conteste|indique|confirme|compruebe|revise|pruebe|intente)\w{0,3}
        (?:facilite|adjunte|rellene|complete|reinicie|actualice|avise|llame|escriba|digan?)\w{0,3}
        (?:haga|hagan|tenga|guarde|abra|cierre|elija|seleccione|pulse|vuelva a|repita|evite)\w{0,3}
        (?:mande|remita|suba|cargue|descargue|espere|consulte|utilice|use|anote|comunique)\w{0,3}
    """,
    "update": r"""
        actualizacion(?:es)?|novedad(?:es)?|informe|informacion|noticias|mensaje|aviso|comunicado
        estado|parte|nota|publicacion|comunicacion|correo
    """,
    "tell": r"""
        (?:inform|avis|escrib|comunic|actualiz|notific|cont|habl|mantendr|dar|enviar)\w{2,9}
        volver\w{2,4} a (?:escrib|inform|contact|avis|public|actualiz)\w{2,6}
        (?:publicar|pondr|dir|compartir|ampliar)\w{1,6}
    """,
    "fault": r"""
        retras\w{1,5}|demor\w{1,5}|lentitud|lent[oa]s?|espera\w{0,3}|interrup\w{3,8}|latencia
        caid[oa]s?|bloque\w{1,5}|caduc\w{1,4}|inactiv\w{1,5}|vencen?|expira\w?|tarda\w?|tardan
        tardar|cola|sin (?:servicio|responder|uso|actividad)|quedan? colgad[oa]|atras\w{1,4}
    """,
}
"""What `<name>` stands for in a pattern."""
