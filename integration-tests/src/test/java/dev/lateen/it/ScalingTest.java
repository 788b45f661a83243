package dev.lateen.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Pods come, go and are replaced under load, and no user notices. Asked is for what no application gives up by itself: productpage waits twice three seconds for reviews
 * and then apologizes, as the original does, and while a dozen pods start on a busy machine an answer may take longer; no mesh can help that.
 */
class ScalingTest {
    /** Productpage alone, from outside. */
    private static final String PRODUCTS = "http://127.0.0.1:8080/api/v1/products";

    /** All versions of reviews, of which two ask ratings, from within. */
    private static final String REVIEWS = "http://reviews:9080/reviews/0";

    @TempDir
    static Path directory;

    private static LocalMesh mesh;

    @BeforeAll
    static void start() throws Exception {
        Path manifests = Files.createDirectory(directory.resolve("manifests"));
        Files.copy(Project.bookinfo("platform/kube/bookinfo.yaml"), manifests.resolve("bookinfo.yaml"));
        mesh = LocalMesh.start(
                manifests,
                Project.bookinfo("networking/bookinfo-gateway.yaml"),
                Project.shared("istio/samples/curl/curl.yaml"));
        try (Web web = Web.direct()) {
            mesh.process().awaitOutput(Patience.OF_A_START, output -> web.status(PRODUCTS) == 200);
        }
    }

    @AfterAll
    static void stop() {
        if (mesh != null) {
            mesh.close();
        }
    }

    private static long count(String what) {
        return Pattern.compile("(?m)^" + what + " default/")
                .matcher(mesh.process().output())
                .results()
                .count();
    }

    /** Edits, and waits until so many pods have come and gone. */
    private static void edit(String old, String now, int come, int go) throws Exception {
        long started = count("started");
        long stopped = count("stopped");
        String text = Files.readString(directory.resolve("manifests/bookinfo.yaml"));
        assertThat(text).contains(old);
        mesh.apply("bookinfo.yaml", text.replace(old, now));
        Awaitility.await().atMost(Patience.OF_A_START).untilAsserted(() -> {
            assertThat(count("started")).isEqualTo(started + come);
            assertThat(count("stopped")).isEqualTo(stopped + go);
        });
    }

    @Test
    void scalingAndReplacingUnderLoadFailsNoRequest() throws Exception {
        String curl = mesh.pod("curl-");
        try (Load outside = new Load(10, PRODUCTS, body -> {});
                Load within = new Load(10, Duration.ZERO, () -> Web.through(curl, 15001), REVIEWS, body -> {})) {
            edit("replicas: 1", "replicas: 3", 12, 0);
            edit("replicas: 3", "replicas: 1", 0, 12);
            edit("imagePullPolicy: IfNotPresent", "imagePullPolicy: Always", 6, 6);
            edit("replicas: 1", "replicas: 2", 6, 0);
            edit("imagePullPolicy: Always", "imagePullPolicy: IfNotPresent", 12, 12);
            edit("replicas: 2", "replicas: 1", 0, 6);
            outside.stop();
            within.stop();
            assertThat(outside.failures()).isEmpty();
            assertThat(within.failures()).isEmpty();
            assertThat(outside.answered()).isGreaterThan(100);
            assertThat(within.answered()).isGreaterThan(100);
        }
    }
}
