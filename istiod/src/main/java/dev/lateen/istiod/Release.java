package dev.lateen.istiod;

/** Which release this is, and which of Istio's it follows. */
final class Release {
    static final String VERSION = "0.1.0";
    static final String ISTIO_VERSION = "1.31.0";

    private Release() {}

    /** The answer to {@code /version}, in the shape of Istio's {@code VERSION-REVISION-STATUS}, of which Kiali takes the first number. */
    static String text() {
        return ISTIO_VERSION + "-lateen-" + VERSION + "-Clean";
    }
}
