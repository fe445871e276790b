"""Lists the sentences of Spanish that excuse a time, and those that announce an update."""

from domain.promise_guard.match import Excuse

LENGTHS = frozenset(
    {"length", "within", "takes days", "after", "matter of", "next period", "before long"}
)
"""The kinds of times that say how long something lasts."""

EXCUSES = {
    "refusal": Excuse(
        pattern=r"""
        <not> (?:<word> ){0,4}<foresee><gap>@
        @<gap><not> (?:<word> ){0,3}<foresee>
        (?:ningun|ninguna|sin) (?:<word> ){0,3}(?:fecha|plazo|estimacion|hora|promesa)<gap>@
        (?:ningun|ninguna|sin) (?:<word> ){0,2}@
        (?:depende|desconocemos|ignoramos|pronto para|prematuro|precipitado|irresponsable)<gap>@
        (?:cuando|si) (?:<word> ){0,4}@<gap><not> (?:<word> ){0,2}<foresee>
        """,
        unless=r"""
        (?:pero|sino|aunque|asi que)<gap>@|no hay (?:duda|problema|inconveniente)|sin falta
        sin duda
        <not> (?:<word> ){0,3}(?:mas tarde|pasara|tardar\w{0,4})
        """,
    ),
    "quotation": Excuse(
        pattern=r"""
        (?:usted|ustedes|nos|me) (?:<word> ){0,3}<said><gap>@
        @<gap>(?:usted|ustedes|nos|me) (?:<word> ){0,2}<said>
        (?:segun|como) (?:usted|ustedes|su|nos)<gap>@
        su (?:<word> ){1,2}(?:nos |me )?<said><gap>@
        en su (?:mensaje|correo|solicitud|llamada|consulta)<gap>@|<start>[^@.]{0,200}@<gap>\?
        (?:entendemos|sabemos|comprendemos|vemos|leemos|conscientes|consta)(?: de)? que<gap>@
        """,
        unless="pero<gap> @<gap>(?:<mend>|<anew>)|(?:le|les) <said><gap>@|<sure><gap>@",
    ),
    "question of the client": Excuse(
        pattern=r"""
        (?:ustede?s?|nos|me) (?:<word> ){0,3}(?:pregunt|quer|dese)\w{1,7} (?:si|cuando)<gap>@
        """,
    ),
    "deadline of the client": Excuse(
        pattern=r"""
        (?:su|sus) (?:<word> ){1,3}(?:es|son|empieza\w?|comienza\w?|vence\w?|termina\w?|cae)<gap>@
        (?:su|sus) (?:<word> ){1,3}(?:tien|se celebr|caduc|acab|abr|sal)en?<gap>@
        (?:su|sus) (?:<word> ){1,3}(?:se celebr|caduc|acab)an?<gap>@
        (?:usted|ustedes|cliente) (?:<word> ){0,3}(?:necesita|quiere|espera|debe|tiene)\w?<gap>@
        (?:contrato|licencia|llamada|cita|reserva|festivo|puente) (?:<word> ){0,5}@
        (?:cerrad[oa]s?|no (?:abrimos|atendemos|trabajamos|hay soporte)) ?@
        (?:vuelve|regresa) (?:de (?:vacaciones|viaje|baja) )?@
        @ (?:<word> ){0,3}(?:es|son) (?:<word> )?(?:festivo|fiesta|laborable|su)
        """,
        unless=r"""
        <mend>|<anew>|<sure>|(?:correccion|solucion|arreglo|parche|entrega|trabajo|reparacion)
        fecha (?:de|prevista|estimada)|plazo (?:de|previsto|estimado)
        """,
    ),
    "request": Excuse(
        pattern=r"""
        por favor<gap>@|@<gap>por favor|(?:le|les) (?:rogamos|pedimos|agradecer\w{2,5})<gap>@
        <start>(?:<word> ){0,3}<asked><gap>@|@,? (?:y )?<asked>
        (?:podria|puede)n? (?:ustede?s? )?\w{3,14}r(?:nos|me|lo|la|le|se)?<gap>@<gap>\?
        <start>(?:y |o )?(?:si|cuando|siempre que) (?!todo|nada)(?:<word> ){0,9}@<gap>,
        antes de \w{3,14}r(?:lo|la|se|los|las)?
        """,
        unless=r"""
        (?:un poco de )?paciencia|cuente con|denos|deme|(?:y|,) (?:<word> ){0,3}(?:<sure>)<gap>@
        @,? (?:<word> ){0,2}<sure>|y lo tendra|@: <gap><sure>|tenga por
        """,
    ),
    "habit": Excuse(
        "(?:cada|siempre|(?:dia|semana|mensua)\\w{2,6}mente|tod[oa]s l[oa]s|suelen?) <gap>@",
        unless="<sure>|<mend>|<anew>",
    ),
    "setting": Excuse(
        pattern=r"""
        (?:filtro|campo|boton|opcion|columna|menu|pestana|casilla|vista|informe) <gap>@
        (?:grafico|lista) <gap>@
        (?:se ejecuta|se lanza|se envia|se borra|caduca|expira|se cierra|se archiva|vence)\w?<gap>@
        @ (?:<word> ){0,2}(?:se (?:cierra|borra|archiva|bloquea|elimina)|caduca|expira)\w?
        " ?@|@ ?"
        (?:cron|tarea|proceso|copia|script|planificador) <gap>@
        (?:pedido|factura|registro|contrato|albaran) (?:<word> ){0,3}(?:tiene|lleva|figura)<gap>@
        """,
        unless="<mend>|<anew>|<sure>|correccion|solucion",
    ),
    "fault": Excuse(
        pattern=r"""
        <fault><gap>@|@<gap><fault>|@ en (?:abrir|cargar|mostrar|guardar|responder|aparecer)\w{0,3}
        para \w{2,14}r (?:<word> ){0,5}(?:necesita|tarda)n?<gap>@
        (?:puede|suele)n? (?:tardar|durar|llevar)<gap>@|espera\w? (?:de )?@
        """,
        unless="<sure>|<mend>|<anew>|correccion|solucion|arreglo|reparacion|no tardar\\w{1,4}",
        only=LENGTHS,
    ),
    "courtesy": Excuse(
        "(?:gracias|agradece\\w{2,5}|disculp\\w{1,4}|lamenta\\w{1,4}|sentimos|perdone)<gap>@",
        "<sure>|<mend>|<anew>",
    ),
    "what happens now and then": Excuse(
        "(?:a veces |ocurre|sucede|falla|se produce|(?:al|tras) \\w{2,14}r(?:lo|la)? )<gap>@",
        unless="<sure>|<mend>|<anew>|correccion|solucion|falta\\w{0,3}|unos?|unas?",
    ),
}

ANNOUNCEMENTS = [
    Excuse(
        pattern=r"""
        (?:proxim[oa]s?|siguientes?|nuev[oa]s?|mas) (?:<update>)<gap>@
        (?:tendra|recibira|sabra)n? (?:<word> ){0,2}<update><gap>@
        @,? (?:<word> ){0,2}(?:tendra|recibira|sabra)n? (?:<word> ){0,2}<update>
        <tell><gap>@|@,? (?:<word> ){0,4}<tell>
        <update> (?:<word> ){0,4}@
        """,
        unless=r"""
        <mend><gap>@|@<gap><mend>|(?:correccion|solucion|arreglo|parche|llamar\w{2,4}|respuesta)
        """,
    )
]
