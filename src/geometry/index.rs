//! In which of many areas a point lies, for millions of points.

use geo::kernels::{Kernel, Orientation, RobustKernel};
use geo::{Coord, Line, Polygon};
use rstar::primitives::{GeomWithData, Rectangle};
use rstar::{AABB, RTree};

use super::Area;

/// Areas with their ids, asked by point.
///
/// A tree of bounding boxes finds the polygons that can hold a point, and each
/// polygon keeps its edges in slabs of equal height: a point is compared with
/// the edges at its latitude only, exactly, whatever the size of the border.
#[derive(Debug, Default)]
pub struct AreaIndex {
    polygons: Vec<Slabs>,
    boxes: RTree<GeomWithData<Rectangle<[f64; 2]>, usize>>,
}

impl AreaIndex {
    /// Takes the areas with the ids under which they are answered. Several
    /// areas may have one id.
    pub fn new(areas: impl IntoIterator<Item = (i64, Area)>) -> Self {
        let polygons: Vec<Slabs> = areas
            .into_iter()
            .flat_map(|(id, area)| {
                area.polygons
                    .into_iter()
                    .map(move |polygon| Slabs::new(id, &polygon))
            })
            .collect();
        let boxes = polygons.iter().enumerate();
        let boxes = boxes
            .map(|(place, slabs)| GeomWithData::new(Rectangle::from_aabb(slabs.bounds), place));
        Self {
            boxes: RTree::bulk_load(boxes.collect()),
            polygons,
        }
    }

    /// The ids of every area that holds the point, ascending, each once. A
    /// point on a border is inside. Degrees; a point that is not finite is
    /// nowhere.
    #[must_use]
    pub fn at(&self, longitude: f64, latitude: f64) -> Vec<i64> {
        let mut ids = Vec::new();
        if !longitude.is_finite() || !latitude.is_finite() {
            return ids;
        }
        let point = Coord {
            x: longitude,
            y: latitude,
        };
        let here = AABB::from_point([longitude, latitude]);
        for candidate in self.boxes.locate_in_envelope_intersecting(here) {
            let polygon = &self.polygons[candidate.data];
            if polygon.holds(point) {
                ids.push(polygon.id);
            }
        }
        ids.sort_unstable();
        ids.dedup();
        ids
    }
}

/// The edges of one polygon's rings, outer ring and holes alike, by latitude.
#[derive(Debug)]
struct Slabs {
    id: i64,
    bounds: AABB<[f64; 2]>,
    edges: Vec<Line<f64>>,
    slabs: Vec<Vec<u32>>,
}

impl Slabs {
    fn new(id: i64, polygon: &Polygon<f64>) -> Self {
        let rings = std::iter::once(polygon.exterior()).chain(polygon.interiors());
        let edges: Vec<Line<f64>> = rings.flat_map(|ring| ring.lines()).collect();
        let corners: Vec<[f64; 2]> = polygon.exterior().0.iter().map(|at| [at.x, at.y]).collect();
        // The root: long edges stand in many slabs, and memory must stay bounded.
        let count = edges.len().isqrt().max(1);
        let mut new = Self {
            id,
            bounds: AABB::from_points(&corners),
            edges,
            slabs: vec![Vec::new(); count],
        };
        for (place, edge) in (0_u32..).zip(&new.edges) {
            let low = new.slab(edge.start.y.min(edge.end.y));
            let high = new.slab(edge.start.y.max(edge.end.y));
            for slab in &mut new.slabs[low..=high] {
                slab.push(place);
            }
        }
        new
    }

    /// Ascends with the latitude, so the edges at a latitude are in its slab.
    fn slab(&self, latitude: f64) -> usize {
        let (low, high) = (self.bounds.lower()[1], self.bounds.upper()[1]);
        let last = self.slabs.len() - 1;
        let share = (latitude - low) / (high - low) * self.slabs.len() as f64;
        // Casting a float saturates, and takes what is no number as 0.
        (share as usize).min(last)
    }

    /// Counts the edges to the east of the point: an odd number means inside.
    fn holds(&self, point: Coord<f64>) -> bool {
        let mut inside = false;
        for place in &self.slabs[self.slab(point.y)] {
            let Line { start, end } = self.edges[*place as usize];
            if start.y.min(end.y) > point.y
                || start.y.max(end.y) < point.y
                || start.x.max(end.x) < point.x
            {
                continue;
            }
            let side = RobustKernel::orient2d(start, end, point);
            if side == Orientation::Collinear {
                if start.x.min(end.x) <= point.x {
                    return true;
                }
            } else if (start.y > point.y) != (end.y > point.y) {
                let upward = end.y > start.y;
                inside ^= upward == (side == Orientation::CounterClockwise);
            }
        }
        inside
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::rngs::StdRng;
    use rand::{RngExt, SeedableRng};

    fn area(kind: &str, coordinates: &str) -> Area {
        Area::from_geojson(&format!(
            r#"{{"type":"{kind}","coordinates":{coordinates}}}"#
        ))
        .unwrap()
    }

    /// 1: concave, like a U; 2: with a hole that touches its border; 3: two
    /// squares side by side and one apart; 4: around all.
    fn index() -> AreaIndex {
        AreaIndex::new([
            (
                4,
                area("Polygon", "[[[-1,-1],[30,-1],[30,30],[-1,30],[-1,-1]]]"),
            ),
            (
                1,
                area(
                    "Polygon",
                    "[[[0,0],[9,0],[9,9],[6,9],[6,3],[3,3],[3,9],[0,9],[0,0]]]",
                ),
            ),
            (
                2,
                area(
                    "Polygon",
                    "[[[10,0],[19,0],[19,9],[10,9],[10,0]],[[10,4],[14,2],[14,6],[10,4]]]",
                ),
            ),
            (
                3,
                area(
                    "MultiPolygon",
                    "[[[[0,20],[2,20],[2,22],[0,22],[0,20]]],[[[2,20],[4,20],[4,22],[2,22],[2,20]]],[[[8,20],[9,20],[9,21],[8,20]]]]",
                ),
            ),
        ])
    }

    fn check(longitude: f64, latitude: f64, expected: &[i64]) {
        assert_eq!(
            index().at(longitude, latitude),
            expected,
            "{longitude} {latitude}"
        );
    }

    #[test]
    fn concave() {
        check(1.0, 5.0, &[1, 4]);
        check(4.5, 5.0, &[4]);
        check(7.0, 5.0, &[1, 4]);
        check(4.5, 3.0, &[1, 4]);
        check(3.0, 9.0, &[1, 4]);
        check(6.0, 3.0, &[1, 4]);
        check(4.5, 9.0, &[4]);
        check(9.0, 0.0, &[1, 4]);
    }

    #[test]
    fn holes() {
        check(12.0, 4.0, &[4]);
        check(14.0, 4.0, &[2, 4]);
        check(10.0, 4.0, &[2, 4]);
        check(15.0, 4.0, &[2, 4]);
        check(14.0, 2.0, &[2, 4]);
    }

    #[test]
    fn parts() {
        check(2.0, 21.0, &[3, 4]);
        check(2.0, 20.0, &[3, 4]);
        check(3.0, 21.0, &[3, 4]);
        check(8.9, 20.1, &[3, 4]);
        check(6.0, 21.0, &[4]);
    }

    #[test]
    fn nowhere() {
        check(-1.1, 5.0, &[]);
        check(30.0, 30.1, &[]);
        check(f64::NAN, 5.0, &[]);
        check(5.0, f64::INFINITY, &[]);
        check(30.0, 30.0, &[4]);
        assert_eq!(AreaIndex::new([]).at(0.0, 0.0), Vec::<i64>::new());
    }

    /// Law: the index answers what asking each area one by one answers, on
    /// random stars, at random points, vertices and middles of edges.
    #[test]
    fn agrees_with_the_areas() {
        let mut rng = StdRng::seed_from_u64(42);
        for _ in 0..60 {
            let areas: Vec<(i64, Area)> = (0..4).map(|id| (id, star(&mut rng))).collect();
            let index = AreaIndex::new(areas.clone());
            let mut points: Vec<(f64, f64)> = (0..200)
                .map(|_| (rng.random_range(-20.0..20.0), rng.random_range(-20.0..20.0)))
                .collect();
            for (_, area) in &areas {
                for line in area.polygons()[0].exterior().lines() {
                    points.push((line.start.x, line.start.y));
                    points.push((
                        (line.start.x + line.end.x) / 2.0,
                        (line.start.y + line.end.y) / 2.0,
                    ));
                    points.push((rng.random_range(-20.0..20.0), line.start.y));
                }
            }
            for (x, y) in points {
                let each = areas
                    .iter()
                    .filter(|(_, area)| area.contains(x, y))
                    .map(|(id, _)| *id);
                assert_eq!(index.at(x, y), each.collect::<Vec<_>>(), "{x} {y}");
            }
        }
    }

    /// A ring around a centre on a coarse grid, so that edges share latitudes.
    fn star(rng: &mut StdRng) -> Area {
        loop {
            let (x, y) = (rng.random_range(-5..5), rng.random_range(-5..5));
            let corners = rng.random_range(3..40);
            let mut positions: Vec<String> = (0..corners)
                .map(|corner| {
                    let angle = f64::from(corner) / f64::from(corners) * std::f64::consts::TAU;
                    let radius = rng.random_range(2.0..10.0);
                    let on_grid = |value: f64| (value * 2.0).round() / 2.0;
                    let across = on_grid(f64::from(x) + radius * angle.cos());
                    let up = on_grid(f64::from(y) + radius * angle.sin());
                    format!("[{across},{up}]")
                })
                .collect();
            positions.push(positions[0].clone());
            let text = format!(
                r#"{{"type":"Polygon","coordinates":[[{}]]}}"#,
                positions.join(",")
            );
            if let Ok(area) = Area::from_geojson(&text) {
                return area;
            }
        }
    }
}
