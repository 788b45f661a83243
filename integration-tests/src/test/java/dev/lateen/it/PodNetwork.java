package dev.lateen.it;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;

/**
 * Pods as Kubernetes makes them: a network namespace each, on one bridge, whose traffic iptables lead through ports 15001 and 15006 as Istio's
 * init container does. Needs root; without it the test is skipped, and in CI fails.
 */
final class PodNetwork implements AutoCloseable {
    /** The group of a sidecar: what it sends itself is not led back to it. */
    private static final String PROXY_GROUP = "1337";

    /** Ports of the sidecar itself, as Istio's init container leaves them out. */
    private static final String OWN_PORTS = "15000,15008,15020,15021,15090";

    private final String name;
    private final String prefix;
    private final List<String> namespaces = new ArrayList<>();

    private PodNetwork(String name, String prefix) {
        this.name = name;
        this.prefix = prefix;
    }

    /** @param number of this network among those of one machine, 0 to 255 */
    static PodNetwork create(int number) throws IOException, InterruptedException {
        Peers.interception();
        PodNetwork network = new PodNetwork("lateen" + number, "10.231." + number + ".");
        network.deleteLeftovers();
        try {
            run("ip", "link", "add", network.name, "type", "bridge");
            run("ip", "addr", "add", network.host() + "/24", "dev", network.name);
            run("ip", "link", "set", network.name, "up");
        } catch (IOException e) {
            network.close();
            if (Project.ci()) {
                throw e;
            }
            Assumptions.abort("no network namespaces here: " + e.getMessage());
        }
        return network;
    }

    /** What a run before this one left behind when it was killed. Namespaces of a run beside this one stay: all of a machine share their names, so that these have the process in them. */
    private void deleteLeftovers() throws IOException, InterruptedException {
        attempt("ip", "link", "del", name);
        Path names = Path.of("/run/netns");
        if (!Files.isDirectory(names)) {
            return;
        }
        try (DirectoryStream<Path> left = Files.newDirectoryStream(names, name + "-*-*")) {
            for (Path each : left) {
                String namespace = each.getFileName().toString();
                long process = Long.parseLong(namespace.split("-")[1]);
                if (ProcessHandle.of(process).isEmpty()) {
                    attempt("ip", "netns", "del", namespace);
                }
            }
        }
    }

    /** The address of this machine on the bridge: where pods reach what the test itself serves. */
    String host() {
        return prefix + "1";
    }

    /** A pod's namespace. @param last of its address, 2 to 254 */
    Pod pod(int last) throws IOException, InterruptedException {
        Pod pod = new Pod(name + "-" + ProcessHandle.current().pid() + "-" + last, prefix + last);
        attempt("ip", "netns", "del", pod.namespace);
        run("ip", "netns", "add", pod.namespace);
        namespaces.add(pod.namespace);
        String outside = name + "." + last;
        run("ip", "link", "add", outside, "type", "veth", "peer", "name", "eth0", "netns", pod.namespace);
        run("ip", "link", "set", outside, "master", name, "up");
        pod.ip("link", "set", "lo", "up");
        pod.ip("addr", "add", pod.address + "/24", "dev", "eth0");
        pod.ip("link", "set", "eth0", "up");
        pod.ip("route", "add", "default", "via", host());
        return pod;
    }

    /** One pod's network. */
    static final class Pod {
        private final String namespace;
        private final String address;

        private Pod(String namespace, String address) {
            this.namespace = namespace;
            this.address = address;
        }

        String address() {
            return address;
        }

        /** Leads its traffic through its sidecar from now on. */
        Pod intercepted() throws IOException, InterruptedException {
            return intercepted(OWN_PORTS);
        }

        /** As Istio's init container does, by its flags. @param left ports that are left alone @param more flags */
        Pod intercepted(String left, String... more) throws IOException, InterruptedException {
            return intercepted("REDIRECT", left, more);
        }

        /** The same by TPROXY, which leaves the addresses of what comes in as they are. */
        Pod transparent() throws IOException, InterruptedException {
            return intercepted("TPROXY", OWN_PORTS, new String[0]);
        }

        private Pod intercepted(String mode, String left, String[] more) throws IOException, InterruptedException {
            List<String> command = new ArrayList<>(List.of(
                    Project.root().resolve("meshctl").toString(),
                    "istio-iptables",
                    "-p",
                    "15001",
                    "-z",
                    "15006",
                    "-u",
                    PROXY_GROUP,
                    "-m",
                    mode,
                    "-i",
                    "*",
                    "-x",
                    "",
                    "-b",
                    "*",
                    "-d",
                    left,
                    "--log_output_level=default:info"));
            command.addAll(List.of(more));
            run(inside(command).toArray(String[]::new));
            return this;
        }

        /** The rules that are in place, without counts and times. */
        String rules() throws IOException, InterruptedException {
            Process process = new ProcessBuilder(inside(List.of("iptables-save"))).start();
            String rules = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            process.waitFor();
            return rules.lines()
                    .filter(line -> line.startsWith("-A"))
                    .sorted()
                    .reduce("", (one, other) -> one + other + "\n");
        }

        private void ip(String... arguments) throws IOException, InterruptedException {
            List<String> command = new ArrayList<>(List.of("ip", "-n", namespace));
            command.addAll(List.of(arguments));
            run(command.toArray(String[]::new));
        }

        /** The command that runs another as an application of this pod. */
        List<String> inside(List<String> command) {
            return entering(command, "--");
        }

        /** The command that runs another as the sidecar of this pod. */
        List<String> asSidecar(List<String> command) {
            return entering(command, "--setgid=" + PROXY_GROUP, "--");
        }

        private List<String> entering(List<String> command, String... options) {
            List<String> all = new ArrayList<>(List.of("nsenter", "--net=/run/netns/" + namespace));
            all.addAll(List.of(options));
            all.addAll(command);
            return all;
        }
    }

    @Override
    public void close() throws IOException, InterruptedException {
        for (String namespace : namespaces) {
            attempt("ip", "netns", "del", namespace);
        }
        attempt("ip", "link", "del", name);
    }

    private static void run(String... command) throws IOException, InterruptedException {
        String error = attempt(command);
        if (error != null) {
            throw new IOException(String.join(" ", command) + ": " + error);
        }
    }

    /** @return what it complained of; null if it succeeded */
    private static @Nullable String attempt(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        return process.waitFor() == 0 ? null : output;
    }
}
