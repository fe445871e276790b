"""Lists what names a time in Spanish, with the rules that judge it, and the words that lead to one.

Add a phrase here; `match.py` says how it is written and what the rules excuse.
"""

from domain.promise_guard.match import LeadIns, Rule, Rules, Time

LEAD_INS = LeadIns(
    deadline=r"""
        antes de(?:l| la| las| los)?|a mas tardar|lo mas tardar|como (?:muy tarde|maximo|mucho)
        hasta
        no mas tarde de(?:l)?|no antes de(?:l)?|<next>
        """,
    met_deadline="hasta|antes de(?:l| la| las| los)?",
    preposition=r"""
        el|la|los|las|en|a|al|de|del|por|sobre|hacia|durante|a partir de(?:l)?|este|esta|ya|entre
        aproximadamente|alrededor de|mediados de|finales de|principios de|para primeros de
        mismo|misma|dia
        """,
    purpose="para",
    article="el |la |los |las |dia |este |esta |proximo |proxima |finales de |principios de ",
    within_times="en|dentro|antes|tras|despues|durante|de aqui",
)

_UNITS = (
    "#u dia hora horit minut semana quincena mes trimestre ano rato moment instante jornada noche"
    " min"
)

TIMES = (
    # Days and parts of them
    Time(
        "tomorrow",
        "names a day by which something will be done",
        Rules(Rule.ALWAYS, Rule.ALWAYS),
        r"""
        pasado manana(?: <part of day>)?
        (?<!la )(?<!esta )(?<!cada )(?<!una )(?<!misma )manana(?: mismo)?(?: <part of day>)?
        """,
        needs="manana",
    ),
    Time(
        "today",
        "names today",
        Rules(Rule.UNLESS_PAST, Rule.UNLESS_PAST),
        r"""
        hoy(?: <part of day>)?|esta (?:misma )?(?:manana|tarde|noche|madrugada)
        (?:a lo largo|en el transcurso|en el curso|al final|antes de que acabe) (?:del|el) dia
        antes de (?:comer|cenar|almorzar|mediodia)
        a ultima hora|al final de la jornada|durante el dia|durante la (?:manana|tarde|noche)
        """,
        needs="hoy esta dia hora jornada durante antes",
    ),
    Time(
        "still today",
        "names today",
        Rules(Rule.UNLESS_CLEARLY_PAST),
        "hoy mismo(?: <part of day>)?|(?:aun|todavia) hoy|de hoy no pasa|antes de que acabe el dia",
        needs="hoy acabe",
    ),
    Time(
        "weekday",
        "names a day",
        Rules(Rule.IF_FUTURE_OR_IMPLIED, Rule.UNLESS_PAST),
        "(?<!los )(?<!cada )<weekday>(?:,? dia \\d{1,2})?(?:,? <part of day>)?",
        needs="lunes martes miercoles jueves viernes sabado domingo",
    ),
    Time(
        "part of the day",
        "names a part of the day",
        Rules(Rule.IF_FUTURE_OR_IMPLIED),
        "<part of day>",
        needs="manana tarde noche madrugada mediodia hora dia",
    ),
    Time(
        "weekend",
        "names a day",
        Rules(Rule.NEVER, Rule.UNLESS_PAST),
        "fin de semana|finde",
        needs="fin",
    ),
    Time(
        "holiday",
        "names a day",
        Rules(Rule.IF_FUTURE_OR_IMPLIED, Rule.UNLESS_PAST),
        "<holiday>",
        needs="navidad santa noche ano reyes pascua fiestas vacaciones carnaval puente pentecostes",
    ),
    Time(
        "time of day",
        "names a time of day",
        Rules(Rule.IF_FUTURE_OR_IMPLIED, Rule.UNLESS_PAST),
        r"(?<![:.\d])<clock>(?![\w%]|[:.]\d)(?! \w{0,12}s\b)",
        needs="# las la mediodia medianoche",
    ),
    # Dates
    Time(
        "numeric date",
        "names a date",
        Rules(Rule.IF_FUTURE_OR_IMPLIED, Rule.UNLESS_PAST),
        r"(?<![\w/.])<numeric date>",
        needs="#",
    ),
    Time(
        "written date",
        "names a date",
        Rules(Rule.UNLESS_PAST, Rule.UNLESS_PAST),
        "(?:<weekday>,? (?:dia )?)?<date>",
        needs="# primero uno",
    ),
    Time(
        "day of the month",
        "names a day of the month",
        Rules(Rule.IF_FUTURE_OR_IMPLIED),
        r"(?:el|del|al|para el|hasta el) dia <d>(?! de )|(?:el|al|hasta el) \d{1,2}(?=[.,!]|$)",
        needs="#",
    ),
    Time(
        "month",
        "names a month",
        Rules(Rule.IF_FUTURE_OR_IMPLIED, Rule.UNLESS_PAST, Rule.IF_FUTURE_OR_IMPLIED),
        r"""
        (?:(?:a |en |hacia |para )?(?:<end>|primeros|ultimos) de )?<month>(?: (?:del? )?20\d\d)?
        (?:primera|segunda) (?:quincena|mitad|semana) de <month>(?: de 20\d\d)?
        """,
        needs="enero febrero marzo abril mayo junio julio agosto tiembre octubre viembre diciembre",
    ),
    Time(
        "season",
        "names a season",
        Rules(Rule.NEVER, Rule.UNLESS_PAST),
        r"<season>(?: (?:de )?20\d\d)?",
        needs="primavera verano otono invierno",
    ),
    Time(
        "quarter",
        "names a quarter",
        Rules(Rule.IF_FUTURE_OR_IMPLIED, Rule.UNLESS_PAST),
        r"(?:primer|segundo|tercer|cuarto|ultimo) (?:cuatri|tri|se)mestre(?: del? \w{2,5})?",
        needs="trimestre cuatrimestre semestre",
    ),
    Time(
        "numbered week",
        "names a week",
        Rules(Rule.IF_FUTURE_OR_IMPLIED, Rule.UNLESS_PAST),
        r"semana [1-5]?\d(?! \w)",
        needs="semana",
    ),
    # Weeks, months and so on, seen from now
    Time(
        "this period",
        "names a time that is not over",
        Rules(Rule.UNLESS_PAST, Rule.UNLESS_PAST),
        r"""
        (?:de |en |durante |dentro de )?(?:esta|este) (?:misma |mismo )?(?:<period>)
        (?:a lo largo|en el (?:trans)?curso|durante el resto) <of the> (?:<period>|<month>)
        antes del? (?:fin|final) <of the> (?:<period>|<month>)
        (?:(?:a|hacia|para|en|antes de) )?(?:el )?<end> <of the> (?:<period>)
        (?:la )?(?:primera|segunda) (?:quincena|mitad) del? (?:<month>|<period>)
        <the>ultim[oa]s? (?:dia|semana|quincena|hora)s? del? (?:<period>|<month>)
        en lo que queda de (?:<period>)|al (?:acabar|terminar|finalizar) <the>(?:<period>|<month>)
        antes de que (?:acabe|termine|finalice|concluya) (?:el|la|este|esta) (?:<period>|<month>)
        """,
        needs="""
            esta este largo curso fin princip comienzos mediados quincena mitad acab termin
            concluya finaliz resto queda ultim
        """,
    ),
    Time(
        "next period",
        "names a time to come",
        Rules(Rule.UNLESS_CLEARLY_PAST, Rule.UNLESS_CLEARLY_PAST),
        r"""
        <the>(?!siguiente)<next> (?:<period>|<unit>|<month>|<weekday>)(?:,? <part of day>)?
        <the>(?:<period>|<unit>|<month>|<weekday>) (?!siguiente)(?:<to come>)(?:,? <part of day>)?
        <the>proxim[oa]s (?:<amount> )?<unit>|en (?:fechas|dias) proximas?
        (?:en )?l[oa]s (?:<count> )?(?:dias|semanas|horas|meses) (?:siguientes|que vienen)
        """,
        needs="proxim siguiente entrante vien entra venider",
    ),
    Time(
        "next period",
        "names a time to come",
        Rules(Rule.UNLESS_PAST, Rule.UNLESS_PAST),
        r"(?:<period>|<weekday>) siguiente|siguiente (?:<period>|<weekday>)",
        needs="siguiente",
    ),
    # Lengths of time
    Time(
        "within",
        "promises something within a length of time",
        Rules(Rule.UNLESS_CLEARLY_PAST),
        r"""
        (?:en|dentro de|antes de|en menos de|en un plazo de|en el plazo de|en cuestion de) <length>
        (?:en )?(?:un |el )?(?:plazo|termino|margen|maximo)(?: maximo)? de <length>
        de aqui a <length>
        (?:en )?cosa de <length>|(?:deme|denos|concedanos) (?:solo |unos? )?<length>
        al cabo de <length>
        en (?:un|una) (?:tarde|manana|noche|rato|ratito|santiamen|abrir y cerrar de ojos)
        """,
        needs=_UNITS + " santiamen ojos tarde manana",
    ),
    Time(
        "still takes",
        "says how long something will take",
        Rules(Rule.UNLESS_CLEARLY_PAST),
        r"""
        <length> mas|<length>(?= de paciencia)
        (?:faltan?|quedan?|restan?) (?:solo |aun |todavia |unos |unas )?<length>
        """,
        needs=_UNITS,
    ),
    Time(
        "takes days",
        "says how long something will take",
        Rules(Rule.UNLESS_CLEARLY_PAST),
        r"""
        <take>(?:an?|emos|e|ia|ian|iamos)(?: <filler>){0,4} <length>
        (?:tardamos|necesitamos|precisamos|nos lleva)(?: <filler>){0,3} <length>
        """,
        needs=_UNITS,
    ),
    Time(
        "after",
        "promises something after a length of time",
        Rules(Rule.IF_FUTURE),
        "(?:tras|despues de|durante|por|pasad[oa]s|transcurrid[oa]s) <length>",
        needs=_UNITS,
    ),
    Time(
        "matter of",
        "says how long something will take",
        Rules(Rule.UNLESS_PAST),
        "cuestion de (?:<amount> )?(?:<unit>|tiempo|poco tiempo)",
        needs="cuestion",
    ),
    Time(
        "length",
        "says how long something will take",
        Rules(Rule.IF_FUTURE_OR_IMPLIED),
        "<amount> ?<unit>|media hora|hora y media|un cuarto de hora",
        needs=_UNITS,
    ),
    # Vague times, estimates, events, releases
    Time(
        "before long",
        "says that something will be done before long",
        Rules(Rule.UNLESS_CONTACT),
        r"""
        en breve|(?:muy |bien )?pronto|enseguida|en seguida|dentro de (?:muy )?poco
        en (?:muy )?poco tiempo
        proximamente|en cualquier momento|de un momento a otro
        en (?:un|cuestion de) (?:momento|instante)s?
        en breves (?:momentos|instantes|minutos|dias)|ya mismo|ahora mismo lo|en nada|al instante
        en un futuro (?:proximo|cercano)|a la vuelta de la esquina|a corto plazo
        mas pronto que tarde
        dentro de nada|antes de que se de cuenta
        en un plazo (?:breve|corto|razonable)|con prontitud|en un periquete|tarde o temprano
        """,
    ),
    Time(
        "nearly done",
        "says that something will be done before long",
        Rules(Rule.UNLESS_CLEARLY_PAST),
        r"""
        (?:ya )?casi (?:estan?|estamos|lo tenemos|list[oa]s?|terminad[oa]s?|resuelt[oa]s?|lo hemos)
        (?:practicamente|a punto de estar) (?:list[oa]|resuelt[oa]|terminad[oa]|solucionad[oa])
        a punto de (?:\w{2,14}r(?:lo|la|se)?|caramelo)|falta (?:ya )?(?:muy )?poco
        queda (?:ya )?(?:muy )?poco
        no (?:falta|queda) (?:ya )?mucho|no (?:se )?tardar\w{1,4}(?: mucho)?(?: en \w{2,14})?
        (?:ya )?(?:solo )?(?:falta|queda)n? <the>(?:ultim[oa]s? )?(?:paso|retoque|detalle|ajuste)s?
        en la recta final|en la fase final|en su fase final|un poco (?:mas )?de paciencia
        a la vista|al caer
        (?:ultimos|ultimas) (?:retoques|pruebas|ajustes|detalles)|a un paso de
        muy cerca de \w{2,14}r
        """,
        needs="""
            casi practicamente punto falta queda tard recta final paciencia vista caer ultim paso
            cerca
        """,
    ),
    Time(
        "event",
        "names an event before which something will be done",
        Rules(Rule.IF_PUT_RIGHT),
        r"""
        (?:antes del?|para|hasta|a tiempo para|con motivo de) (?:<your> )?(?:proxim[oa] )?<event>
        (?:pasad[oa]s?|tras) (?:<your> )?(?:<holiday>|<event>)
        en cuanto (?:acabe|termine|llegue|abra|empiece|pase|comience)n?(?: <word>){0,3}
        (?:antes de que|para cuando|cuando) (?:ustede?s? )?<arrive>n?(?: <word>){0,4}
        """,
    ),
    Time(
        "event of any kind",
        "names an event before which something will be done",
        Rules(Rule.IF_WILL_BE_RIGHT),
        r"""
        antes de(?:l| que(?: se)?| la| los| las| su| sus) \w{3,20}|para cuando \w{3,20}
        a tiempo (?:para|de) (?:<your> )?\w{3,20}
        """,
        needs="antes cuando tiempo",
    ),
    Time(
        "until it works",
        "names an event before which something will be done",
        Rules(Rule.ALWAYS),
        "no (?:descansar|parar|pararemos|nos ire|dormir)\\w{0,4}(?: <word>){0,3} hasta",
        needs="hasta",
    ),
    Time(
        "estimate",
        "announces an estimated time",
        Rules(Rule.ALWAYS),
        r"""
        <estimate>(?: de <word>)? <estimated>(?: de <word>| para)?|<estimated> (?:<estimate>)
        (?:estimacion|prevision|calendario) del? (?:tiempo|plazo|entrega|resolucion|solucion)
        fecha (?:de|para) (?:la )?(?:solucion|correccion|entrega|resolucion|publicacion|reparacion)
        """,
        needs="""
            fecha plazo hora tiempo dia duracion momento entrega finaliz estimacion prevision
            calendario
        """,
    ),
    Time(
        "next release",
        "says by which release something will be done",
        Rules(Rule.UNLESS_CLEARLY_PAST),
        r"""
        (?:en|con|para|de|a|durante) (?:la |el |una |un )?(?:<next> )(?:<release>)
        (?:en|con|para|de|a) (?:la |el )?(?:<release>) (?:<to come>)
        (?:<release>) de (?:<season>|<month>|<weekday>)
        """,
        needs="proxim siguiente entra vien version actualiza entrega parche despliegue publicacion",
    ),
)
