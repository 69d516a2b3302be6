//! Quarters and small towns in which nodes stand.

use super::layers::Area;

/// A quarter or small town: every node's name says in which it is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    pub(super) area: Area,
    pub(super) name: &'static str,
    pub(super) lat: f64,
    pub(super) lng: f64,
}

const fn place(area: Area, name: &'static str, lat: f64, lng: f64) -> Place {
    Place {
        area,
        name,
        lat,
        lng,
    }
}

#[rustfmt::skip]
pub(super) const PLACES: &[Place] = &[
    place(Area::Rome, "Garbatella", 41.86, 12.488),
    place(Area::Rome, "Trastevere", 41.888, 12.468),
    place(Area::Rome, "Pigneto", 41.889, 12.53),
    place(Area::Rome, "Tuscolano", 41.879, 12.523),
    place(Area::Rome, "Ostiense", 41.87, 12.478),
    place(Area::Rome, "Monte Sacro", 41.939, 12.536),
    place(Area::Rome, "San Lorenzo", 41.899, 12.517),
    place(Area::Rome, "Prati", 41.909, 12.464),
    place(Area::Rome, "Centocelle", 41.879, 12.568),
    place(Area::Rome, "Quadraro", 41.853, 12.554),
    place(Area::Rome, "Monteverde", 41.876, 12.452),
    place(Area::Rome, "Nomentano", 41.915, 12.521),
    place(Area::Rome, "Tiburtino", 41.904, 12.538),
    place(Area::Rome, "Cinecittà", 41.848, 12.566),
    place(Area::Rome, "Testaccio", 41.877, 12.475),
    place(Area::Rome, "Esquilino", 41.896, 12.503),
    place(Area::Rome, "Parioli", 41.927, 12.488),
    place(Area::Rome, "Aurelio", 41.899, 12.427),
    place(Area::Rome, "Balduina", 41.92, 12.44),
    place(Area::Rome, "Torpignattara", 41.878, 12.542),
    place(Area::Rome, "Talenti", 41.948, 12.5453),
    place(Area::Rome, "Fleming", 41.942, 12.472),
    place(Area::Rome, "Magliana", 41.844, 12.442),
    place(Area::Rome, "Laurentina", 41.825, 12.486),
    place(Area::Rome, "Ponte Milvio", 41.935, 12.468),
    place(Area::Castelli, "Frascati", 41.8067, 12.6806),
    place(Area::Castelli, "Grottaferrata", 41.789, 12.669),
    place(Area::Castelli, "Marino", 41.7697, 12.6589),
    place(Area::Castelli, "Albano", 41.7297, 12.6593),
    place(Area::Castelli, "Rocca di Papa", 41.761, 12.709),
    place(Area::Castelli, "Castel Gandolfo", 41.747, 12.651),
    place(Area::Castelli, "Ariccia", 41.721, 12.671),
    place(Area::Florence, "Oltrarno", 43.766, 11.245),
    place(Area::Florence, "Rifredi", 43.796, 11.237),
    place(Area::Florence, "Isolotto", 43.769, 11.214),
    place(Area::Florence, "Novoli", 43.788, 11.219),
    place(Area::Florence, "Campo di Marte", 43.778, 11.276),
    place(Area::Florence, "Santa Croce", 43.769, 11.262),
    place(Area::Florence, "San Frediano", 43.77, 11.24),
    place(Area::Florence, "Careggi", 43.805, 11.248),
    place(Area::Florence, "Peretola", 43.793, 11.196),
    place(Area::Florence, "Gavinana", 43.756, 11.272),
    place(Area::Florence, "Legnaia", 43.766, 11.208),
    place(Area::Florence, "Coverciano", 43.779, 11.298),
    place(Area::Pisa, "Porta a Lucca", 43.728, 10.402),
    place(Area::Pisa, "Cisanello", 43.707, 10.437),
    place(Area::Pisa, "San Giusto", 43.7, 10.396),
    place(Area::Pisa, "Porta Fiorentina", 43.707, 10.405),
    place(Area::Pisa, "Barbaricina", 43.714, 10.37),
    place(Area::Pisa, "Pratale", 43.723, 10.418),
    place(Area::Pisa, "Sant'Antonio", 43.712, 10.396),
    place(Area::Pisa, "Riglione", 43.696, 10.456),
    place(Area::Bologna, "Bolognina", 44.512, 11.346),
    place(Area::Bologna, "San Donato", 44.506, 11.366),
    place(Area::Bologna, "Pilastro", 44.511, 11.395),
    place(Area::Bologna, "Saragozza", 44.487, 11.327),
    place(Area::Bologna, "Murri", 44.48, 11.368),
    place(Area::Bologna, "Barca", 44.488, 11.293),
    place(Area::Bologna, "Cirenaica", 44.498, 11.365),
    place(Area::Bologna, "Savena", 44.474, 11.387),
    place(Area::Bologna, "Corticella", 44.539, 11.356),
    place(Area::Bologna, "Navile", 44.526, 11.342),
    place(Area::Bologna, "Costa Saragozza", 44.491, 11.319),
    place(Area::Viterbo, "Pianoscarano", 42.412, 12.103),
    place(Area::Viterbo, "Santa Barbara", 42.436, 12.095),
    place(Area::Viterbo, "Pilastro Vecchio", 42.425, 12.106),
    place(Area::Viterbo, "Bagnaia", 42.425, 12.146),
    place(Area::Viterbo, "La Quercia", 42.426, 12.125),
    place(Area::Viterbo, "Montefiascone", 42.537, 12.025),
    place(Area::Viterbo, "Marta", 42.539, 11.927),
    place(Area::Viterbo, "Bolsena", 42.644, 11.976),
    place(Area::Viterbo, "Capodimonte", 42.549, 11.906),
    place(Area::Viterbo, "San Lorenzo Nuovo", 42.645, 11.925),
];

/// Towns with nodes that no layer covers.
#[rustfmt::skip]
pub(super) const ELSEWHERE: &[(f64, f64)] = &[
    (40.8518, 14.2681), (45.4642, 9.19), (45.0703, 7.6869), (38.1157, 13.3615), (39.2238, 9.1217),
    (44.4056, 8.9463), (43.6158, 13.5189), (40.3515, 18.175), (45.4384, 10.9916), (46.0711, 11.1217),
];
