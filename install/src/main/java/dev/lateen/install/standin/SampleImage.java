package dev.lateen.install.standin;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The images of Istio's samples that the mesh plays itself. Registry and tag don't matter: an image is known by the last parts of its path, so mirrors
 * and other releases of the samples are recognised too.
 */
@SuppressWarnings("ImmutableEnumChecker") // List.of and Map.of can't be changed
public enum SampleImage {
    PRODUCTPAGE(List.of("examples-bookinfo-productpage-v1"), 9080, Map.of()),
    DETAILS_V1(List.of("examples-bookinfo-details-v1"), 9080, Map.of("SERVICE_VERSION", "v1")),
    DETAILS_V2(
            List.of("examples-bookinfo-details-v2"),
            9080,
            Map.of("SERVICE_VERSION", "v2", "ENABLE_EXTERNAL_BOOK_SERVICE", "true")),
    REVIEWS_V1(List.of("examples-bookinfo-reviews-v1"), 9080, Map.of("ENABLE_RATINGS", "false")),
    REVIEWS_V2(List.of("examples-bookinfo-reviews-v2"), 9080, Map.of("ENABLE_RATINGS", "true")),
    REVIEWS_V3(List.of("examples-bookinfo-reviews-v3"), 9080, Map.of("ENABLE_RATINGS", "true", "STAR_COLOR", "red")),
    RATINGS_V1(List.of("examples-bookinfo-ratings-v1"), 9080, Map.of("SERVICE_VERSION", "v1")),
    GO_HTTPBIN(List.of("go-httpbin"), 8080, Map.of()),
    HTTPBIN(List.of("kennethreitz/httpbin"), 80, Map.of()),
    HELLOWORLD_V1(List.of("examples-helloworld-v1"), 5000, Map.of("SERVICE_VERSION", "v1")),
    HELLOWORLD_V2(List.of("examples-helloworld-v2"), 5000, Map.of("SERVICE_VERSION", "v2")),
    TCP_ECHO(List.of("tcp-echo-server"), 9000, Map.of()),
    /** Waits for somebody to call from it: it listens to nothing. */
    CURL(List.of("curlimages/curl", "governmentpaas/curl-ssl"), 0, Map.of());

    private final List<String> pathEnds;
    private final int defaultPort;
    private final Map<String, String> environment;

    SampleImage(List<String> pathEnds, int defaultPort, Map<String, String> environment) {
        this.pathEnds = pathEnds;
        this.defaultPort = defaultPort;
        this.environment = environment;
    }

    /** The sample that an image reference names, whatever its registry, tag or digest; empty if it is none of them. */
    public static Optional<SampleImage> of(String image) {
        String path = withoutTag(image);
        for (SampleImage sample : values()) {
            for (String end : sample.pathEnds) {
                if (path.equals(end) || path.endsWith("/" + end)) {
                    return Optional.of(sample);
                }
            }
        }
        return Optional.empty();
    }

    /** As users read it, such as {@code reviews-v1}. */
    public String title() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** The names of all of them, with commas. */
    public static String known() {
        return Stream.of(values()).flatMap(sample -> sample.pathEnds.stream()).collect(Collectors.joining(", "));
    }

    /** The port the original listens on when its container declares none (0: it doesn't listen). */
    public int defaultPort() {
        return defaultPort;
    }

    /** What the original image sets in its environment; a pod's own variables win. */
    Map<String, String> environment() {
        return environment;
    }

    private static String withoutTag(String image) {
        int digest = image.indexOf('@');
        String name = digest < 0 ? image : image.substring(0, digest);
        int tag = name.indexOf(':', name.lastIndexOf('/') + 1);
        return tag < 0 ? name : name.substring(0, tag);
    }
}
