package dev.lateen.install.tools;

import dev.lateen.api.Release;

/** What this program says of itself. */
public final class OwnVersion {
    private OwnVersion() {}

    /** Its version, whose contracts it keeps, and on what it runs, as one line with its end. */
    public static String line() {
        return "meshctl %s (Istio %s, Java %s)%n"
                .formatted(
                        Release.VERSION,
                        Release.ISTIO_VERSION,
                        Runtime.version().feature());
    }
}
