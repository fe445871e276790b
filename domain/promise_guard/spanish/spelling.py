"""The words of time in Spanish that are understood in spite of a typing error."""

from domain.promise_guard.spelling import Spelling


def _words(listed: str) -> list[str]:
    return listed.split()


SPELLING = Spelling(
    words=frozenset(
        _words("""
        viernes miercoles domingo sabado jueves manana semana semanas minutos proximo proxima
        proximos proximas enseguida pronto febrero septiembre octubre noviembre diciembre
    """)
    ),
    others=frozenset(
        _words("""
        todas toda todos todo hora horas noche noches coche coches margen margenes monto montos
        monta montar montan montado monda montes mona abril abriles atril jaguar minuta minutas
        minuto         banana bananas manada manadas manzana manzanas mangana sabido sabida sabidos
        salado salados
        sabados domingos domino mananas semanal semanales pronta prontos prontas proto prono
        dominio dominios monte proximal projimo octubre manna horns doming minutos
    """)
    ),
    variants={"setiembre": "septiembre", "ensegida": "enseguida", "sabdo": "sabado"},
)
"""Also keeps what is one letter away from words of time in other languages: "todas", "today"."""
