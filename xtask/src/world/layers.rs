//! The layers that the new site draws by hand before it imports.

use serde_json::{Value, json};

/// A layer with an area.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Area {
    Rome,
    Castelli,
    Florence,
    Pisa,
    Bologna,
    Viterbo,
}

pub(super) const AREAS: [Area; 6] = [
    Area::Rome,
    Area::Castelli,
    Area::Florence,
    Area::Pisa,
    Area::Bologna,
    Area::Viterbo,
];

// Open rings of [longitude, latitude]. Each has a level edge, so that a point can lie exactly on
// it; Rome and the Castelli overlap in the south-east of the city.

#[rustfmt::skip]
const ROME: &[[f64; 2]] = &[
    [12.6363, 41.8849], [12.6524, 41.9188], [12.6427, 41.9391], [12.6171, 41.9808], [12.5737, 41.9867],
    [12.5447, 41.9946], [12.5127, 41.996], [12.4678, 41.996], [12.4505, 41.9848], [12.4098, 41.9646],
    [12.3934, 41.9568], [12.3681, 41.9427], [12.3247, 41.9178], [12.3147, 41.8899], [12.3207, 41.8579],
    [12.3552, 41.8338], [12.3841, 41.8052], [12.4101, 41.7914], [12.4439, 41.7675], [12.4646, 41.7714],
    [12.5118, 41.7737], [12.5472, 41.786], [12.5801, 41.7928], [12.6006, 41.8048], [12.6284, 41.8355],
    [12.6307, 41.8582],
];

#[rustfmt::skip]
const CASTELLI: &[[f64; 2]] = &[
    [12.7831, 41.7705], [12.7839, 41.7992], [12.7642, 41.8262], [12.7273, 41.8404], [12.6932, 41.8494],
    [12.6492, 41.8494], [12.618, 41.8235], [12.5966, 41.8141], [12.5763, 41.7992], [12.5682, 41.7655],
    [12.5709, 41.7391], [12.5846, 41.7087], [12.6098, 41.6921], [12.649, 41.6824], [12.6928, 41.6766],
    [12.7269, 41.6982], [12.747, 41.7242], [12.7597, 41.7442],
];

#[rustfmt::skip]
const FLORENCE: &[[f64; 2]] = &[
    [11.3462, 43.7815], [11.3425, 43.7948], [11.3173, 43.8113], [11.2949, 43.8341], [11.269, 43.8401],
    [11.2429, 43.8401], [11.2154, 43.8351], [11.1899, 43.8291], [11.1707, 43.8131], [11.1521, 43.7967],
    [11.148, 43.7822], [11.1401, 43.7528], [11.1591, 43.7359], [11.1939, 43.7303], [11.2182, 43.7293],
    [11.2442, 43.7237], [11.2766, 43.7285], [11.2922, 43.7314], [11.3328, 43.7452], [11.3484, 43.7597],
];

#[rustfmt::skip]
const PISA: &[[f64; 2]] = &[
    [10.5028, 43.7043], [10.4881, 43.7368], [10.4608, 43.7484], [10.4335, 43.7531], [10.4097, 43.7501],
    [10.3792, 43.7561], [10.3311, 43.7561], [10.3222, 43.7272], [10.3168, 43.7123], [10.3212, 43.6856],
    [10.3538, 43.673], [10.3752, 43.6629], [10.4051, 43.6599], [10.4332, 43.6677], [10.4664, 43.679],
    [10.487, 43.6898],
];

#[rustfmt::skip]
const BOLOGNA: &[[f64; 2]] = &[
    [11.4234, 44.4989], [11.42, 44.5071], [11.4182, 44.5315], [11.3988, 44.5416], [11.3831, 44.5489],
    [11.3583, 44.5583], [11.3386, 44.5589], [11.3056, 44.5589], [11.2853, 44.5369], [11.2691, 44.5246],
    [11.2554, 44.5124], [11.2444, 44.5021], [11.2613, 44.4841], [11.2804, 44.4661], [11.288, 44.4582],
    [11.3077, 44.4446], [11.3264, 44.4359], [11.3628, 44.4329], [11.394, 44.4393], [11.412, 44.446],
    [11.4251, 44.4603], [11.4277, 44.4799],
];

#[rustfmt::skip]
const VITERBO_CITY: &[[f64; 2]] = &[
    [12.1574, 42.4154], [12.1569, 42.4372], [12.151, 42.4578], [12.1242, 42.4664], [12.0887, 42.4664],
    [12.0664, 42.4532], [12.056, 42.4399], [12.0479, 42.4169], [12.0535, 42.3991], [12.0742, 42.3875],
    [12.0842, 42.3771], [12.1252, 42.3745], [12.1373, 42.3848], [12.1537, 42.405],
];

#[rustfmt::skip]
const VITERBO_LAKE: &[[f64; 2]] = &[
    [12.0696, 42.5886], [12.066, 42.6096], [12.0498, 42.6347], [12.0172, 42.6473], [11.9829, 42.6545],
    [11.9605, 42.6546], [11.9178, 42.6741], [11.8858, 42.6741], [11.8624, 42.6334], [11.8482, 42.6102],
    [11.8463, 42.5935], [11.849, 42.5633], [11.8719, 42.5447], [11.8992, 42.5226], [11.9244, 42.5094],
    [11.9471, 42.5058], [11.9863, 42.5177], [12.009, 42.5235], [12.042, 42.5359], [12.0715, 42.5627],
];

impl Area {
    /// The rings of the layer's polygons.
    pub(super) fn rings(self) -> &'static [&'static [[f64; 2]]] {
        match self {
            Self::Rome => &[ROME],
            Self::Castelli => &[CASTELLI],
            Self::Florence => &[FLORENCE],
            Self::Pisa => &[PISA],
            Self::Bologna => &[BOLOGNA],
            Self::Viterbo => &[VITERBO_CITY, VITERBO_LAKE],
        }
    }

    fn slug_and_name(self) -> (&'static str, &'static str) {
        match self {
            Self::Rome => ("rome", "Rome"),
            Self::Castelli => ("castelli-romani", "Castelli Romani"),
            Self::Florence => ("florence", "Florence"),
            Self::Pisa => ("pisa", "Pisa"),
            Self::Bologna => ("bologna", "Bologna"),
            Self::Viterbo => ("viterbo", "Viterbo and Lake Bolsena"),
        }
    }

    fn contains(self, lat: f64, lng: f64) -> bool {
        self.rings()
            .iter()
            .any(|ring| ring_contains(ring, lat, lng))
    }

    fn feature(self) -> Value {
        let (slug, name) = self.slug_and_name();
        let polygons: Vec<Value> = self
            .rings()
            .iter()
            .map(|ring| json!([closed(ring)]))
            .collect();
        let geometry = match polygons.as_slice() {
            [polygon] => json!({ "type": "Polygon", "coordinates": polygon }),
            _ => json!({ "type": "MultiPolygon", "coordinates": polygons }),
        };
        feature(
            slug,
            name,
            &format!("The community network of {name}"),
            &geometry,
        )
    }
}

/// The areas in which a point lies; a point on a border may be in or out.
pub(super) fn areas_at(lat: f64, lng: f64) -> Vec<Area> {
    AREAS
        .into_iter()
        .filter(|area| area.contains(lat, lng))
        .collect()
}

/// The middle of an area's level edge as (latitude, longitude): on the border without rounding.
pub(super) fn level_edge(area: Area) -> Option<(f64, f64)> {
    area.rings().iter().find_map(|ring| {
        let next = ring.iter().cycle().skip(1);
        let (a, b) = ring.iter().zip(next).find(|(a, b)| a[1] == b[1])?;
        Some((a[1], f64::midpoint(a[0], b[0])))
    })
}

/// The layers as a GeoJSON FeatureCollection. The last one, `italy`, has no area.
pub fn layers_geojson() -> String {
    let mut features: Vec<Value> = AREAS.into_iter().map(Area::feature).collect();
    features.push(feature(
        "italy",
        "Italy",
        "Everything that no other layer covers",
        &Value::Null,
    ));
    let collection = json!({ "type": "FeatureCollection", "features": features });
    format!("{collection:#}\n")
}

fn feature(slug: &str, name: &str, description: &str, geometry: &Value) -> Value {
    json!({
        "type": "Feature",
        "properties": {
            "slug": slug,
            "name": name,
            "description": description,
            "organization": "Associazione Reti Libere",
            "is_published": true,
        },
        "geometry": geometry,
    })
}

fn closed(ring: &[[f64; 2]]) -> Vec<[f64; 2]> {
    ring.iter().chain(ring.first()).copied().collect()
}

// Counts the edges that a ray to the east crosses.
fn ring_contains(ring: &[[f64; 2]], lat: f64, lng: f64) -> bool {
    let next = ring.iter().cycle().skip(1);
    let crossed = ring.iter().zip(next).filter(|([x1, y1], [x2, y2])| {
        (*y1 > lat) != (*y2 > lat) && lng < (x2 - x1) * (lat - y1) / (y2 - y1) + x1
    });
    crossed.count() % 2 == 1
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::places::{ELSEWHERE, PLACES};

    #[test]
    fn each_place_lies_in_its_area_alone() {
        for place in PLACES {
            assert_eq!(
                areas_at(place.lat, place.lng),
                [place.area],
                "{}",
                place.name
            );
        }
        for &(lat, lng) in ELSEWHERE {
            assert_eq!(areas_at(lat, lng), []);
        }
    }

    #[test]
    fn each_area_has_a_level_edge() {
        assert!(AREAS.into_iter().all(|area| level_edge(area).is_some()));
    }
}
