package dev.lateen.install.manifest;

/** The labels by which what was installed is found again. */
public final class Ownership {
    /** Who looks after an object. */
    public static final String MANAGED_BY = "app.kubernetes.io/managed-by";
    /** The value of {@link #MANAGED_BY} on all that is installed. */
    public static final String LATEEN = "lateen";
    /** Istio's label for the part of the mesh that an object is of, such as {@code Pilot}. */
    public static final String COMPONENT = "operator.istio.io/component";
    /** Istio's label for the revision that an object is of. */
    public static final String REVISION = "istio.io/rev";

    private Ownership() {}
}
