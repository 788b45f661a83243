package dev.lateen.api.metrics;

/** The fixed values of labels. */
public final class LabelValue {
    /** What is not known. */
    public static final String UNKNOWN = "unknown";

    /** {@link IstioLabel#REPORTER}: the client's side. */
    public static final String SOURCE = "source";

    /** {@link IstioLabel#REPORTER}: the server's side. */
    public static final String DESTINATION = "destination";

    /** {@link IstioLabel#CONNECTION_SECURITY_POLICY}: mutual TLS of the mesh. */
    public static final String MUTUAL_TLS = "mutual_tls";

    /** {@link IstioLabel#CONNECTION_SECURITY_POLICY}: anything else, seen at the server. */
    public static final String NONE = "none";

    /** {@link IstioLabel#RESPONSE_FLAGS}: nothing happened. */
    public static final String NO_FLAGS = "-";

    private LabelValue() {}
}
