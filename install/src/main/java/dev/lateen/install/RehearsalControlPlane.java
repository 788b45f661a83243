package dev.lateen.install;

import dev.lateen.istiod.Istiod;
import dev.lateen.istiod.IstiodBootstrap;
import dev.lateen.istiod.listen.ListenAddress;
import io.vertx.core.Vertx;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The control plane of a rehearsed pod, in a process of its own: a sidecar's class path has none, and none of its classes belong into a sidecar's cache. It serves what its directory says, writes
 * what a pod has mounted beside it, says its port and ends with its standard input.
 */
final class RehearsalControlPlane {
    static final String ROLE = "control-plane";
    static final String NAMESPACE = "rehearsal";
    static final String SERVICE_ACCOUNT = "default";
    static final String TOKEN = "token";
    static final String ROOTS = "root-cert.pem";

    private static final Duration TOKEN_LIFE = Duration.ofHours(1);
    private static final int START_SECONDS = 60;

    private RehearsalControlPlane() {}

    /** Starts the process, with all jars that lie beside those of this one. */
    static Process start(Path directory) throws IOException {
        Path jars = Path.of(URI.create(RehearsalControlPlane.class
                        .getProtectionDomain()
                        .getCodeSource()
                        .getLocation()
                        .toString()))
                .getParent();
        String java = ProcessHandle.current()
                .info()
                .command()
                .orElseThrow(() -> new IOException("this system does not tell which Java runs"));
        return new ProcessBuilder(
                        java,
                        "--enable-native-access=ALL-UNNAMED",
                        "--sun-misc-unsafe-memory-access=allow",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-Xmx256m",
                        "-cp",
                        jars + File.separator + "*",
                        Rehearsal.class.getName(),
                        ROLE,
                        directory.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    /** Serves until nobody wants it any more. */
    static boolean serve(Path directory) throws IOException, InterruptedException {
        ListenAddress any = new ListenAddress("rehearsal", "127.0.0.1", 0);
        Istiod istiod = new Istiod(
                IstiodBootstrap.onLoopback(List.of(directory.resolve("config")), directory.resolve("state"))
                        .withMeshConfig(directory.resolve("mesh-config"))
                        .withAddresses(any, any, null, any),
                Istiod.Surroundings.none());
        try {
            Vertx.vertx()
                    .deployVerticle(istiod)
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get(START_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new IOException("the rehearsal's control plane does not start", e);
        }
        Files.writeString(directory.resolve(TOKEN), istiod.tokens().mint(NAMESPACE, SERVICE_ACCOUNT, TOKEN_LIFE));
        Files.writeString(directory.resolve(ROOTS), istiod.authority().rootPem());
        System.out.println(istiod.addresses().secureGrpc());
        while (System.in.read() >= 0) {
            // Nothing is said; the end of it counts.
        }
        return true;
    }
}
