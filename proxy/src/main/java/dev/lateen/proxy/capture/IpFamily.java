package dev.lateen.proxy.capture;

/** A family of addresses, which has rules of its own. */
public enum IpFamily {
    V4("127.0.0.1/32", "127.0.0.6/32", "/32"),
    V6("::1/128", "::6/128", "/128");

    private final String loopback;
    private final String passthrough;
    private final String one;

    IpFamily(String loopback, String passthrough, String one) {
        this.loopback = loopback;
        this.passthrough = passthrough;
        this.one = one;
    }

    /** Of an address or range in text. */
    public static IpFamily of(String address) {
        return address.indexOf(':') >= 0 ? V6 : V4;
    }

    /** Its loopback address. */
    String loopback() {
        return loopback;
    }

    /** From where the proxy passes on what came in, and probes. */
    String passthrough() {
        return passthrough;
    }

    /** One address as a range. */
    String only(String address) {
        return address + one;
    }
}
