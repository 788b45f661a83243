package dev.lateen.install;

/** Which release this is. */
public final class Release {
    /** Lateen's own version. */
    public static final String VERSION = "0.1.0";
    /** The release of Istio whose contracts it keeps; what proxies say in the node metadata key ISTIO_VERSION. */
    public static final String ISTIO_VERSION = "1.31.0";

    private Release() {}
}
