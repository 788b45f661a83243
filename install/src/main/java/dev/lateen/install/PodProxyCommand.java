package dev.lateen.install;

import dev.lateen.install.failure.CommandFailure;
import dev.lateen.install.pod.AgentBootstrap;
import dev.lateen.install.pod.CertificateFiles;
import dev.lateen.install.pod.PodEnding;
import dev.lateen.install.pod.PodFlags;
import dev.lateen.install.pod.PodStart;
import dev.lateen.proxy.ProxyBootstrap;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.logging.Level;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Unmatched;

/** {@code meshctl proxy sidecar} and {@code meshctl proxy router}: what Istio's agent is in an injected pod, by its command line. */
@Command(
        name = "proxy",
        description = "Run the proxy of an injected pod, until SIGTERM: it reads the variables and files that Istio's"
                + " injection template gives and needs no bootstrap file.",
        mixinStandardHelpOptions = true)
final class PodProxyCommand implements Callable<Integer> {
    private static final Logger LOG = LoggerFactory.getLogger(PodProxyCommand.class);

    /** The kubelet has the last word. */
    private static final Duration PATIENCE = Duration.ofDays(1);

    private static final Set<String> PLAIN = Set.of(
            "--domain", "--serviceCluster", "--concurrency", "--proxyLogLevel", "--log_output_level", "--pod-root");
    private static final Set<String> UNPLAIN = Set.of("-h", "--help", "-V", "--version", "--");

    /** Istio's word for a cluster by the pod. */
    private static final String BY_POD = "istio-proxy";

    @Parameters(index = "0", paramLabel = "TYPE", description = "sidecar, or router for a gateway.")
    private String type = "";

    @Option(names = "--domain", paramLabel = "NAME", description = "DNS domain (default: NAMESPACE.svc.cluster.local).")
    private String domain = "";

    @Option(names = "--serviceCluster", paramLabel = "NAME", description = "Of the node (default: by the pod).")
    private String serviceCluster = BY_POD;

    @Option(
            names = "--concurrency",
            paramLabel = "N",
            description = "Event loops, 0 for one a CPU (default: PROXY_CONFIG).")
    private @Nullable Integer concurrency;

    @Option(
            names = "--proxyLogLevel",
            paramLabel = "LEVEL",
            description = "Of what Envoy would log: trace, debug, info, warning, error, critical or off (default:"
                    + " ${DEFAULT-VALUE}).")
    private String proxyLevel = "warning";

    @Option(
            names = "--log_output_level",
            paramLabel = "SCOPE:LEVEL",
            description = "Of what Istio's agent would log; the scope 'default' counts (default: ${DEFAULT-VALUE}).")
    private String agentLevel = "default:info";

    @Option(names = "--pod-root", hidden = true, paramLabel = "DIR", description = "Where the pod's files are mounted.")
    private Path root = Path.of("/");

    /** Of Istio's agent, and whatever else a template passes: named, as Istio's agent takes flags that it does not know. */
    @Unmatched
    private List<String> others = new ArrayList<>();

    private final Function<Path, AgentBootstrap> around;

    PodProxyCommand() {
        this(AgentBootstrap::ofProcess);
    }

    private PodProxyCommand(Function<Path, AgentBootstrap> around) {
        this.around = around;
    }

    /**
     * The command for its words, read without picocli, of whose classes no cache keeps one and whose model is made by reflection: a sixth of a sidecar's start.
     *
     * @param words after {@code proxy}
     * @return null for whatever is not plainly right; picocli says what is wrong, or helps
     */
    static @Nullable PodProxyCommand plain(List<String> words) {
        return plain(AgentBootstrap::ofProcess, words);
    }

    /** The same for other surroundings. @param around what is in a directory of mounted files */
    static @Nullable PodProxyCommand plain(Function<Path, AgentBootstrap> around, List<String> words) {
        PodProxyCommand command = new PodProxyCommand(around);
        command.type = words.getFirst();
        Set<String> given = new HashSet<>();
        Iterator<String> rest = words.subList(1, words.size()).iterator();
        while (rest.hasNext()) {
            String word = rest.next();
            int end = word.indexOf('=');
            String name = end < 0 ? word : word.substring(0, end);
            if (!PLAIN.contains(name)) {
                if (UNPLAIN.contains(name) || name.startsWith("@")) {
                    return null;
                }
                command.others.add(word);
                continue;
            }
            String value = end >= 0 ? word.substring(end + 1) : rest.hasNext() ? rest.next() : "-";
            if (value.startsWith("-") || !given.add(name) || !command.take(name, value)) {
                return null;
            }
        }
        return command;
    }

    private boolean take(String name, String value) {
        switch (name) {
            case "--domain" -> domain = value;
            case "--serviceCluster" -> serviceCluster = value;
            case "--proxyLogLevel" -> proxyLevel = value;
            case "--log_output_level" -> agentLevel = value;
            case "--pod-root" -> root = Path.of(value);
            default -> {
                try {
                    concurrency = Integer.valueOf(value);
                } catch (NumberFormatException e) {
                    return false;
                }
            }
        }
        return true;
    }

    @Override
    public Integer call() throws InterruptedException {
        LoggingBootstrap.agent(level("--proxyLogLevel", proxyLevel), level("--log_output_level", agentLevel));
        if (!others.isEmpty()) {
            LOG.warn("without effect here: {}", String.join(" ", others));
        }
        PodStart start = start();
        start.remarks().forEach(LOG::warn);
        ProxyBootstrap bootstrap = start.bootstrap();
        // How long it drains is the ending's own matter: what is left then is closed.
        ProxyBootstrap atEnd = bootstrap.withDrain(
                new ProxyBootstrap.Drain(Duration.ZERO, bootstrap.drain().ofListeners()));
        String platformMetrics = PodBootstrap.ofProcess().platformMetrics();
        return new OrderedEnd(PATIENCE).run(stop -> {
            PodEnding ending = new PodEnding(start.end(), stop);
            ProxyCommand.serve(
                    atEnd,
                    platformMetrics,
                    proxy -> {
                        ending.prepare(proxy);
                        if (!start.certificates().isEmpty()) {
                            proxy.onSecret(new CertificateFiles(Path.of(start.certificates()), start.inCluster()));
                        }
                    },
                    ending::await);
        });
    }

    private PodStart start() {
        if (!type.equals("sidecar") && !type.equals("router")) {
            throw wrong(type + " (expected: sidecar or router)");
        }
        try {
            String cluster = serviceCluster.equals(BY_POD) ? "" : serviceCluster;
            return PodStart.of(around.apply(root), new PodFlags(type, domain, cluster, concurrency));
        } catch (IllegalArgumentException e) {
            throw wrong(String.valueOf(e.getMessage()));
        } catch (IOException e) {
            throw new CommandFailure(CommandFailure.FAILED, "a file of the pod can't be read: " + e.getMessage());
        }
    }

    private static CommandFailure wrong(String message) {
        return new CommandFailure(CommandFailure.BAD_INPUT, message);
    }

    /** The last level that counts of a list such as {@code warning,misc:error} or {@code default:info,ads:debug}: scopes are Istio's and Envoy's own. */
    private static Level level(String flag, String text) {
        Level found = Level.INFO;
        for (String part : text.split(",")) {
            int colon = part.indexOf(':');
            String name = part.substring(colon + 1);
            Level known = LoggingBootstrap.level(name.equals("none") ? "off" : name);
            if (known == null) {
                throw wrong(flag + ": " + text + " (expected: trace, debug, info, warning, error, critical or off)");
            }
            if (colon < 0 || part.startsWith("default:")) {
                found = known;
            }
        }
        return found;
    }
}
