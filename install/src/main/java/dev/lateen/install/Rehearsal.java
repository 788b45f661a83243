package dev.lateen.install;

import dev.lateen.install.scratch.TemporaryFiles;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Goes once through what a role does at its start, so that the JVM can keep the classes it loaded and linked for the next starts (the launcher's
 * {@code -XX:AOTCacheOutput}). Ends with 1 for a role it has no rehearsal for.
 */
final class Rehearsal {
    private static final Logger LOG = LoggerFactory.getLogger(Rehearsal.class);

    private Rehearsal() {}

    /** With the role's name, and for a control plane its directory. */
    public static void main(String[] args) {
        LogManagerChoice.lasting();
        LoggingBootstrap.quiet();
        boolean done = false;
        try {
            done = args.length == 2 && args[0].equals(RehearsalControlPlane.ROLE)
                    ? RehearsalControlPlane.serve(Path.of(args[1]))
                    : args.length == 1 && rehearse(args[0]);
        } catch (IOException | InterruptedException | RuntimeException e) {
            LOG.error("the rehearsal of {} broke off", String.join(" ", args), e);
        }
        // Whatever still runs: a role that did not do as it should would run for ever.
        System.exit(done ? 0 : 1);
    }

    private static boolean rehearse(String role) throws IOException, InterruptedException {
        return switch (role) {
            case "meshctl" -> tools();
            case "proxy" -> proxy(false);
            case "pod" -> proxy(true);
            case "stand-in" -> StandInRehearsal.run();
            default -> false;
        };
    }

    /** A cache holds all that its rehearsal needed, and a process has all of it: a proxy by a bootstrap file does not pay for a pod's. */
    private static boolean proxy(boolean inPod) throws IOException, InterruptedException {
        Path directory = Files.createTempDirectory("lateen-rehearsal-");
        try {
            // As the command line would, up to the point where it would start a proxy.
            PrintWriter nowhere = new PrintWriter(Writer.nullWriter());
            Meshctl.runAny(List.of("proxy", "-c", directory.resolve("none.yaml").toString()), nowhere, nowhere);
            try (RehearsalTraffic traffic = new RehearsalTraffic()) {
                if (inPod) {
                    Meshctl.run(List.of("proxy", "sidecar", "--help"), nowhere, nowhere);
                    new PodRehearsal(directory, traffic).run();
                }
                new ProxyRehearsal(directory, traffic).run();
            }
            return true;
        } finally {
            TemporaryFiles.delete(directory);
        }
    }

    private static boolean tools() throws IOException {
        Path directory = Files.createTempDirectory("lateen-rehearsal-");
        try {
            Path demo = directory.resolve("demo");
            new DemoFiles(demo).copyMissing();
            PrintWriter nowhere = new PrintWriter(Writer.nullWriter());
            Meshctl.run(List.of("help"), nowhere, nowhere);
            return Meshctl.run(List.of("validate", "-f", demo.toString()), nowhere, nowhere) == 0;
        } finally {
            TemporaryFiles.delete(directory);
        }
    }
}
