//! Whether the rings of a polygon are sound.
//!
//! geo's own `Validation` compares every segment with every other, which takes
//! minutes on the border of a country, and doesn't say where the fault is.
//! Here a tree of segments gives the few that can meet; geo decides exactly
//! whether two of them do.

use geo::coordinate_position::{CoordPos, coord_pos_relative_to_ring};
use geo::line_intersection::{LineIntersection, line_intersection};
use geo::{Coord, Line, LineString, Polygon};
use rstar::primitives::{GeomWithData, Rectangle};
use rstar::{AABB, RTree, RTreeObject};

use super::{AreaProblem, RingName};

#[derive(Clone, Copy)]
struct Edge {
    line: Line<f64>,
    ring: usize,
    place: usize,
}

impl RTreeObject for Edge {
    type Envelope = AABB<[f64; 2]>;

    fn envelope(&self) -> Self::Envelope {
        let Line { start, end } = self.line;
        AABB::from_corners([start.x, start.y], [end.x, end.y])
    }
}

/// Two rings that meet in a point, which is allowed: one may touch another.
struct Touch {
    edges: [(usize, usize); 2],
    at: Coord<f64>,
}

/// Whether no ring meets itself, no two cross, and the holes lie where holes may lie.
///
/// The rings must be closed, finite and of at least four positions.
pub(super) fn check(
    polygon: &Polygon<f64>,
    name: impl Fn(usize) -> RingName,
) -> Result<(), AreaProblem> {
    let rings: Vec<&LineString<f64>> = std::iter::once(polygon.exterior())
        .chain(polygon.interiors())
        .collect();
    let edges: Vec<Vec<Line<f64>>> = rings.iter().map(|ring| edges_of(ring)).collect();
    if let Some(flat) = edges.iter().position(|edges| edges.len() < 3) {
        return Err(AreaProblem::Flat(name(flat)));
    }
    let touches = meetings(&edges, &name)?;
    let samples: Vec<Vec<Coord<f64>>> = (0..rings.len())
        .map(|ring| samples(ring, &edges[ring], &touches))
        .collect();

    let outside = |at: &Coord<f64>| coord_pos_relative_to_ring(*at, rings[0]) == CoordPos::Outside;
    if let Some(hole) = samples
        .iter()
        .skip(1)
        .position(|samples| samples.iter().any(outside))
    {
        return Err(AreaProblem::HoleOutside(name(hole + 1)));
    }
    let within = |inner: usize, outer: usize| {
        samples[inner]
            .iter()
            .any(|at| coord_pos_relative_to_ring(*at, rings[outer]) == CoordPos::Inside)
    };
    let boxes = RTree::bulk_load(
        (1..rings.len())
            .map(|hole| boxed(&edges[hole], hole))
            .collect(),
    );
    for (one, other) in boxes.intersection_candidates_with_other_tree(&boxes) {
        if one.data < other.data && (within(one.data, other.data) || within(other.data, one.data)) {
            return Err(AreaProblem::HolesOverlap(name(one.data), name(other.data)));
        }
    }
    Ok(())
}

/// The segments of a ring; a position that is written twice makes none.
fn edges_of(ring: &LineString<f64>) -> Vec<Line<f64>> {
    ring.lines().filter(|line| line.start != line.end).collect()
}

fn boxed(edges: &[Line<f64>], ring: usize) -> GeomWithData<Rectangle<[f64; 2]>, usize> {
    let corners: Vec<[f64; 2]> = edges
        .iter()
        .map(|edge| [edge.start.x, edge.start.y])
        .collect();
    GeomWithData::new(Rectangle::from_aabb(AABB::from_points(&corners)), ring)
}

/// Where rings touch one another; an error where they do more than that.
fn meetings(
    edges: &[Vec<Line<f64>>],
    name: &impl Fn(usize) -> RingName,
) -> Result<Vec<Touch>, AreaProblem> {
    let numbered = edges.iter().enumerate().flat_map(|(ring, lines)| {
        lines.iter().enumerate().map(move |(place, line)| Edge {
            line: *line,
            ring,
            place,
        })
    });
    let tree = RTree::bulk_load(numbered.clone().collect());
    let mut touches = Vec::new();
    for one in numbered {
        for other in tree.locate_in_envelope_intersecting(one.envelope()) {
            if (one.ring, one.place) >= (other.ring, other.place) {
                continue;
            }
            let (at, crosses) = match line_intersection(one.line, other.line) {
                None => continue,
                Some(LineIntersection::SinglePoint {
                    intersection,
                    is_proper,
                }) => (intersection, is_proper),
                Some(LineIntersection::Collinear { intersection }) => (intersection.start, true),
            };
            if one.ring == other.ring {
                let last = edges[one.ring].len() - 1;
                let neighbours =
                    other.place == one.place + 1 || (one.place == 0 && other.place == last);
                if crosses || !neighbours {
                    return Err(AreaProblem::SelfCrossing {
                        ring: name(one.ring),
                        at: at.into(),
                    });
                }
            } else if crosses {
                return Err(AreaProblem::RingsCross {
                    ring: name(other.ring),
                    other: name(one.ring),
                    at: at.into(),
                });
            } else {
                touches.push(Touch {
                    edges: [(one.ring, one.place), (other.ring, other.place)],
                    at,
                });
            }
        }
    }
    Ok(touches)
}

/// Points of a ring of which at least one tells on which side of another ring
/// it lies. Rings that never meet need one; a ring that touches others is cut
/// where it does, and each piece gives its middle.
fn samples(ring: usize, edges: &[Line<f64>], touches: &[Touch]) -> Vec<Coord<f64>> {
    let mut cuts: Vec<(usize, Coord<f64>)> = touches
        .iter()
        .flat_map(|touch| touch.edges.map(|(ring, place)| (ring, place, touch.at)))
        .filter(|(of, ..)| *of == ring)
        .map(|(_, place, at)| (place, at))
        .collect();
    if cuts.is_empty() {
        return edges.first().map(|edge| edge.start).into_iter().collect();
    }
    cuts.sort_by_key(|(place, _)| *place);
    let mut samples = Vec::with_capacity(edges.len() + cuts.len());
    for (place, edge) in edges.iter().enumerate() {
        let of_edge = cuts.partition_point(|(of, _)| *of < place)
            ..cuts.partition_point(|(of, _)| *of <= place);
        let mut stops: Vec<Coord<f64>> = cuts[of_edge].iter().map(|(_, at)| *at).collect();
        let along = |at: &Coord<f64>| (at.x - edge.start.x).abs() + (at.y - edge.start.y).abs();
        stops.push(edge.end);
        stops.sort_by(|one, other| along(one).total_cmp(&along(other)));
        let mut from = edge.start;
        for to in stops {
            if to != from {
                samples.push((from + to) / 2.0);
            }
            from = to;
        }
    }
    samples
}

#[cfg(test)]
mod tests {
    use crate::geometry::Area;

    fn check(rings: &str, expected: &str) {
        let text = format!(r#"{{"type":"Polygon","coordinates":{rings}}}"#);
        let answer = match Area::from_geojson(&text) {
            Ok(_) => "sound".to_owned(),
            Err(problem) => problem.to_string(),
        };
        assert_eq!(answer, expected, "{rings}");
    }

    const SQUARE: &str = "[[0,0],[9,0],[9,9],[0,9],[0,0]]";

    fn check_hole(hole: &str, expected: &str) {
        check(&format!("[{SQUARE},{hole}]"), expected);
    }

    #[test]
    fn sound_rings() {
        check(&format!("[{SQUARE}]"), "sound");
        check("[[[0,0],[0,9],[9,9],[9,0],[0,0]]]", "sound");
        check(
            "[[[0,0],[4,0],[9,0],[9,0],[9,9],[0,9],[0,0],[0,0]]]",
            "sound",
        );
        check("[[[0,0],[1,0],[0,1],[0,0]]]", "sound");
        check("[[[0,0],[9,0],[9,9],[5,1],[0,9],[0,0]]]", "sound");
        check(
            "[[[-180,-90],[180,-90],[180,90],[-180,90],[-180,-90]]]",
            "sound",
        );
    }

    #[test]
    fn unsound_rings() {
        let crossing = |at: &str| format!("the outer ring crosses or touches itself at {at}");
        check(
            "[[[0,0],[4,4],[4,0],[0,4],[0,0]]]",
            &crossing("longitude 2, latitude 2"),
        );
        check(
            "[[[0,0],[1,1],[2,2],[0,0]]]",
            &crossing("longitude 0, latitude 0"),
        );
        check(
            "[[[0,0],[9,0],[9,9],[9,3],[0,9],[0,0]]]",
            &crossing("longitude 9, latitude 3"),
        );
        check(
            "[[[1,1],[1,1],[1,1],[1,1]]]",
            "the outer ring encloses nothing",
        );
        check(
            "[[[1,1],[2,1],[1,1],[1,1]]]",
            "the outer ring encloses nothing",
        );
        // Two triangles that meet in a point, drawn in one go.
        check(
            "[[[0,0],[2,2],[4,0],[4,4],[2,2],[0,4],[0,0]]]",
            &crossing("longitude 2, latitude 2"),
        );
    }

    #[test]
    fn holes() {
        check_hole("[[1,1],[2,1],[2,2],[1,1]]", "sound");
        check_hole("[[0,3],[3,2],[3,4],[0,3]]", "sound");
        check_hole("[[0,0],[3,2],[2,3],[0,0]]", "sound");
        check_hole("[[0,3],[9,3],[5,6],[0,3]]", "sound");
        check_hole(
            "[[1,1],[2,1],[2,2],[1,1]],[[2,2],[3,2],[3,3],[2,2]]",
            "sound",
        );
        check_hole(
            "[[20,1],[21,1],[21,2],[20,1]]",
            "hole 1 lies outside of the outer ring",
        );
        check_hole(
            "[[9,3],[12,2],[12,4],[9,3]]",
            "hole 1 lies outside of the outer ring",
        );
        check_hole(
            "[[9,9],[12,9.5],[12,12],[9,9]]",
            "hole 1 lies outside of the outer ring",
        );
        check_hole(
            "[[-1,-1],[20,-1],[20,20],[-1,20],[-1,-1]]",
            "hole 1 lies outside of the outer ring",
        );
        check_hole(
            "[[8,8],[12,8],[12,8.5],[8,8]]",
            "hole 1 crosses the outer ring at longitude 9, latitude 8.125",
        );
        check_hole(
            SQUARE,
            "hole 1 crosses the outer ring at longitude 0, latitude 0",
        );
        check_hole(
            "[[1,1],[8,1],[8,8],[1,1]],[[3,2],[4,2],[4,3],[3,2]]",
            "hole 1 and hole 2 overlap",
        );
        check_hole(
            "[[3,2],[4,2],[4,3],[3,2]],[[1,1],[8,1],[8,8],[1,1]]",
            "hole 1 and hole 2 overlap",
        );
        check_hole(
            "[[1,1],[8,1],[8,8],[1,1]],[[2,1],[4,2],[4,3],[2,1]]",
            "hole 1 and hole 2 overlap",
        );
        check_hole("[[0,0],[0,0],[0,0],[0,0]]", "hole 1 encloses nothing");
    }

    #[test]
    fn a_long_border_is_checked_quickly() {
        let steps = 40_000;
        let mut positions: Vec<String> = (0..steps)
            .map(|step| {
                let angle = f64::from(step) / f64::from(steps) * std::f64::consts::TAU;
                let radius = 40.0 + f64::from(step % 7);
                format!("[{},{}]", radius * angle.cos(), radius * angle.sin())
            })
            .collect();
        positions.push(positions[0].clone());
        let started = std::time::Instant::now();
        check(&format!("[[{}]]", positions.join(",")), "sound");
        assert!(started.elapsed().as_secs() < 20, "{:?}", started.elapsed());
    }
}
