package dev.lateen.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pods come, go and are replaced under load, and no user notices. */
class ScalingTest {
    @TempDir
    static Path directory;

    private static Path manifests;
    private static Running mesh;

    @BeforeAll
    static void start() throws Exception {
        manifests = Files.createDirectory(directory.resolve("manifests"));
        Files.copy(Project.bookinfo("platform/kube/bookinfo.yaml"), manifests.resolve("bookinfo.yaml"));
        Files.copy(Project.bookinfo("networking/bookinfo-gateway.yaml"), manifests.resolve("gateway.yaml"));
        mesh = Running.meshctl("run", manifests);
        try (Web web = Web.direct()) {
            mesh.awaitOutput(Patience.OF_A_START, output -> web.status(Bookinfo.REVIEWS) == 200);
        }
    }

    @AfterAll
    static void stop() {
        if (mesh != null) {
            mesh.close();
        }
    }

    private static void edit(String old, String now) throws Exception {
        String text = Files.readString(manifests.resolve("bookinfo.yaml"));
        assertThat(text).contains(old);
        Path fresh = Files.writeString(directory.resolve("fresh"), text.replace(old, now));
        Files.move(
                fresh,
                manifests.resolve("bookinfo.yaml"),
                StandardCopyOption.REPLACE_EXISTING,
                StandardCopyOption.ATOMIC_MOVE);
    }

    private static long count(String what) {
        return Pattern.compile("(?m)^" + what + " default/")
                .matcher(mesh.output())
                .results()
                .count();
    }

    /** Edits, and waits until so many pods have come and gone. */
    private static void edit(String old, String now, int come, int go) throws Exception {
        long started = count("started");
        long stopped = count("stopped");
        edit(old, now);
        Awaitility.await().atMost(Patience.OF_A_START).untilAsserted(() -> {
            assertThat(count("started")).isEqualTo(started + come);
            assertThat(count("stopped")).isEqualTo(stopped + go);
        });
    }

    @Test
    void scalingAndReplacingUnderLoadFailsNoRequest() throws Exception {
        try (Load load = new Load(20, Bookinfo.REVIEWS, body -> {})) {
            edit("replicas: 1", "replicas: 3", 12, 0);
            edit("replicas: 3", "replicas: 1", 0, 12);
            edit("imagePullPolicy: IfNotPresent", "imagePullPolicy: Always", 6, 6);
            edit("replicas: 1", "replicas: 2", 6, 0);
            edit("imagePullPolicy: Always", "imagePullPolicy: IfNotPresent", 12, 12);
            edit("replicas: 2", "replicas: 1", 0, 6);
            load.stop();
            assertThat(load.failures()).isEmpty();
            assertThat(load.answered()).isGreaterThan(100);
        }
    }
}
