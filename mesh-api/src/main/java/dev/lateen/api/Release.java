package dev.lateen.api;

/** Which release this is: what every role says of itself, on the wire and on its pages. */
public final class Release {
    /** Lateen's own version. */
    public static final String VERSION = "0.1.0";

    /** The release of Istio whose contracts it keeps; what proxies say in the node metadata key ISTIO_VERSION. */
    public static final String ISTIO_VERSION = "1.31.0";

    private Release() {}

    /** In Envoy's form of five parts: what it was built from, release, state of the sources, kind of build, TLS library. */
    public static String inEnvoysForm() {
        return "lateen/" + VERSION + "/Clean/RELEASE/BoringSSL";
    }

    /** In the shape of Istio's {@code VERSION-REVISION-STATUS}, of which Kiali takes the first number. */
    public static String inIstiosForm() {
        return ISTIO_VERSION + "-lateen-" + VERSION + "-Clean";
    }
}
