package dev.lateen.install.tools;

import dev.lateen.install.failure.CommandFailure;
import dev.lateen.install.reach.ReachOptions;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.dataformat.yaml.YAMLMapper;

/** The options of the tools that ask a running mesh: which one, and how to print what it says. */
final class ToolOptions {
    private static final int ISTIOD_PORT = 15014;
    private static final int PATIENCE_MILLIS = 500;

    @Option(
            names = "--istiod",
            paramLabel = "HOST:PORT",
            description = "Ask the istiod with this monitoring address (default: 127.0.0.1:" + ISTIOD_PORT
                    + " if something answers there, else the kubeconfig's cluster).")
    private @Nullable String istiod;

    @Option(
            names = "--proxy-admin-port",
            paramLabel = "PORT",
            defaultValue = "" + MeshClient.ADMIN_PORT,
            description = "The proxies' admin port (default: ${DEFAULT-VALUE}).")
    private int adminPort;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FORMAT",
            description = "short (or table; a table), json or yaml (default: short).")
    private @Nullable String output;

    @Mixin
    private ReachOptions cluster = new ReachOptions();

    /**
     * The mesh that is meant: whichever the options name, else the one of this machine if it runs, else the cluster of the kubeconfig.
     *
     * @param address the admin address of a proxy, which needs neither; null for none
     * @param remarks where to say which was taken if both were possible
     */
    AskedMesh mesh(@Nullable String address, PrintWriter remarks) {
        if (istiod != null && cluster.isGiven()) {
            throw new CommandFailure(
                    CommandFailure.BAD_INPUT, "--istiod and a cluster's options (expected: one or the other)");
        }
        if (istiod != null || address != null) {
            return byAddress(istiod, address);
        }
        if (cluster.isGiven()) {
            return ofCluster();
        }
        boolean here = somethingListens();
        boolean there = cluster.isKnown();
        if (here && there) {
            remarks.println("asked: the mesh of this machine (127.0.0.1:" + ISTIOD_PORT
                    + "); the cluster's: --kubeconfig FILE or --context NAME");
        }
        return here || !there ? byAddress(null, null) : ofCluster();
    }

    /** The namespace of pods that are named without one; null where none was said. */
    @Nullable
    String namespace() {
        return cluster.namespace();
    }

    /** Whether there is a mesh that could be asked: one that the user named, one of this machine, or a cluster's. */
    boolean hasMesh() {
        return istiod != null || cluster.isGiven() || somethingListens() || cluster.isKnown();
    }

    private AskedMesh byAddress(@Nullable String monitoring, @Nullable String address) {
        String where = monitoring == null ? "127.0.0.1:" + ISTIOD_PORT : monitoring;
        return new MeshByAddress(new MeshClient(where, adminPort), cluster.namespace(), address);
    }

    private AskedMesh ofCluster() {
        return new MeshOfCluster(cluster.open(), adminPort);
    }

    private static boolean somethingListens() {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), ISTIOD_PORT), PATIENCE_MILLIS);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /** What was asked for, as it was asked for. */
    String print(JsonNode content, Rows rows) {
        return print(content, rows, "short");
    }

    /** As {@link #print(JsonNode, Rows)}. @param otherwise the format where none was asked for */
    String print(JsonNode content, Rows rows, String otherwise) {
        String format = output == null ? otherwise : output.toLowerCase(Locale.ROOT);
        return switch (format) {
            case "short", "table" -> rows.table(content);
            case "json" ->
                JsonMapper.builder().build().writerWithDefaultPrettyPrinter().writeValueAsString(content) + "\n";
            case "yaml" -> YAMLMapper.builder().build().writeValueAsString(content);
            default ->
                throw new CommandFailure(
                        CommandFailure.BAD_INPUT, "--output: " + output + " (expected: short, json or yaml)");
        };
    }

    /** Makes a table. */
    @FunctionalInterface
    interface Rows {
        String table(JsonNode content);
    }
}
