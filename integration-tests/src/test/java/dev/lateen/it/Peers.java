package dev.lateen.it;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Assumptions;

/** Real peers, installed by the project's own script. A peer that can't be had skips its test, and in CI fails it. */
final class Peers {
    private Peers() {}

    /** A stock Envoy. */
    static Path envoy() {
        return install("envoy");
    }

    /** Prometheus' own checker. */
    static Path promtool() {
        return install("promtool");
    }

    /** Zipkin's server, a jar. */
    static Path zipkin() {
        return install("zipkin");
    }

    /** Helm, of the third version. */
    static Path helm() {
        return install("helm");
    }

    /** kustomize, of the fifth version. */
    static Path kustomize() {
        return install("kustomize");
    }

    /** What leads a pod's traffic through its sidecar: iptables, network namespaces, and the right to use them. */
    static void interception() {
        install("iptables");
        root("interception");
    }

    /** The right to make namespaces. @param what needs it */
    static void root(String what) {
        if (!"root".equals(System.getProperty("user.name"))) {
            missing(what, "it needs root");
        }
    }

    private static Path install(String peer) {
        try {
            Process process = new ProcessBuilder(List.of(
                            Project.root()
                                    .resolve("integration-tests/peers/install")
                                    .toString(),
                            peer))
                    .start();
            String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            String error = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            if (process.waitFor() == 0) {
                return Path.of(out.substring(out.indexOf('=') + 1));
            }
            return missing(peer, error);
        } catch (IOException e) {
            return missing(peer, e.toString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return missing(peer, e.toString());
        }
    }

    private static Path missing(String peer, String why) {
        if (Project.ci()) {
            throw new AssertionError(peer + " can't be had: " + why);
        }
        Assumptions.abort(peer + " can't be had: " + why);
        throw new AssertionError("not reached");
    }
}
