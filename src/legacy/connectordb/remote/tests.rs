use super::address::{Address, BadAddress};

#[test]
fn servers() {
    fn check(url: &str, expected: Result<&str, BadAddress>) {
        let address = Address::parse(url).map(|address| address.to_string());
        assert_eq!(address, expected.map(String::from), "{url}");
    }
    check("http://Host:3124", Ok("http://host:3124"));
    check("https://host/", Ok("https://host"));
    check("https://host:443/a/b?c=d", Ok("https://host"));
    check("http://[::1]:80/", Ok("http://[::1]"));
    check("host", Err(BadAddress::Form));
    check("ftp://host", Err(BadAddress::Form));
    check("http://host:99999", Err(BadAddress::Form));
    check("http://", Err(BadAddress::Form));
    check("", Err(BadAddress::Form));
    check("http://me:secret@host", Err(BadAddress::Credentials));
    check("http://me@host", Err(BadAddress::Credentials));
    check("http://me:se cret@host", Err(BadAddress::Credentials));
}

#[test]
fn redirects_stay_on_the_server() {
    fn check(location: &str, expected: Option<&str>) {
        let address = Address::parse("http://host:3124").unwrap();
        assert_eq!(
            address.on_itself(location).as_deref(),
            expected,
            "{location}"
        );
    }
    check("/api/v1/crud/?q=ls", Some("/api/v1/crud/?q=ls"));
    check("http://HOST:3124/a", Some("/a"));
    check("http://host:3124", Some("/"));
    check("//host:3124/a", Some("/a"));
    check("https://host:3124/a", None);
    check("http://host/a", None);
    check("http://host:3125/a", None);
    check("//other:3124/a", None);
    check("http://host:3124@other/a", None);
    check("http://host:3124.other/a", None);
    check("a", None);
    check("", None);
}

#[test]
fn who_is_between() {
    fn check(url: &str, open: bool) {
        let address = Address::parse(url).unwrap();
        assert_eq!(address.is_open_to_others(), open, "{url}");
    }
    check("http://host", true);
    check("http://192.168.1.4:3124", true);
    check("https://host", false);
    check("http://localhost:3124", false);
    check("http://127.0.0.9", false);
    check("http://[::1]:3124", false);
}
