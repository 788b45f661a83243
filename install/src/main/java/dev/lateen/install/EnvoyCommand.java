package dev.lateen.install;

import dev.lateen.api.Release;
import dev.lateen.install.envoy.EnvoyCommandLine;
import dev.lateen.install.envoy.EnvoyHelp;
import dev.lateen.install.failure.CommandFailure;
import dev.lateen.install.failure.IoReason;
import dev.lateen.proxy.ProxyBootstrap;
import dev.lateen.proxy.bootstrap.EnvoyBootstrap;
import dev.lateen.proxy.model.LoadAssignment.Locality;
import dev.lateen.proxy.xds.bootstrap.XdsNode;
import dev.lateen.proxy.xds.proto.ConfigException;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.logging.Level;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The proxy by Envoy's own command line, so that Istio's {@code pilot-agent}, or whoever else starts Envoy, starts it by its path alone. Exit codes are Envoy's: 0 after
 * an ordered end, 1 for anything that is wrong. Without picocli: a sidecar's start is short.
 */
final class EnvoyCommand {
    private static final Logger LOG = LoggerFactory.getLogger(EnvoyCommand.class);
    private static final int WRONG = 1;

    /** Envoy cuts what is under way when it is told to end; that much is given to it here, as long as the drain time allows. */
    private static final Duration LONGEST_END = ProxyBootstrap.Drain.USUAL.atStop();

    private final PrintWriter out;
    private final PrintWriter err;

    EnvoyCommand(PrintWriter out, PrintWriter err) {
        this.out = out;
        this.err = err;
    }

    /** With the arguments as Envoy would get them; answers the exit code. */
    int run(List<String> arguments) throws InterruptedException {
        try {
            EnvoyCommandLine line = EnvoyCommandLine.parse(arguments);
            return switch (line.mode()) {
                case HELP -> print(EnvoyHelp.text());
                case VERSION -> print("\nenvoy  version: " + Release.inEnvoysForm() + "\n");
                case HOT_RESTART_VERSION -> print("disabled");
                case VALIDATE -> validate(line);
                case INIT_ONLY -> {
                    bootstrap(line);
                    yield 0;
                }
                case SERVE -> serve(line);
            };
        } catch (EnvoyCommandLine.Wrong e) {
            return fail(e.getMessage());
        } catch (CommandFailure e) {
            return fail(e.getMessage());
        }
    }

    private int print(String text) {
        out.println(text);
        return 0;
    }

    private int fail(String message) {
        err.println("envoy: " + message);
        return WRONG;
    }

    private int validate(EnvoyCommandLine line) {
        LoggingBootstrap.role(level(line), line.log().path());
        bootstrap(line);
        return print("configuration '" + Objects.requireNonNullElse(line.configPath(), "") + "' OK");
    }

    private int serve(EnvoyCommandLine line) throws InterruptedException {
        LoggingBootstrap.role(level(line), line.log().path());
        if (!line.withoutEffect().isEmpty()) {
            LOG.debug("without effect here: {}", String.join(", ", line.withoutEffect()));
        }
        ProxyBootstrap bootstrap = bootstrap(line);
        tellAdminAddress(line.adminAddressPath(), bootstrap.own().admin());
        String platformMetrics = PodBootstrap.ofProcess().platformMetrics();
        return new OrderedEnd().run(stop -> ProxyCommand.serve(bootstrap, platformMetrics, stop));
    }

    private static Level level(EnvoyCommandLine line) {
        return Objects.requireNonNull(LoggingBootstrap.level(line.log().level()));
    }

    private static ProxyBootstrap bootstrap(EnvoyCommandLine line) {
        Path file = line.configPath();
        try {
            ProxyBootstrap read = EnvoyBootstrap.read(file, line.configYaml(), line.allowUnknown());
            Duration drain = line.drainTime();
            Duration atEnd = drain.compareTo(LONGEST_END) < 0 ? drain : LONGEST_END;
            return read.withNode(node(read.node(), line.node()))
                    .withConcurrency(line.concurrency().orElse(0))
                    .withDrain(new ProxyBootstrap.Drain(atEnd, drain));
        } catch (NoSuchFileException e) {
            throw new CommandFailure(WRONG, file + ": no such file");
        } catch (IOException e) {
            throw new CommandFailure(WRONG, file + ": can't be read: " + IoReason.of(e));
        } catch (ConfigException | IllegalArgumentException e) {
            throw new CommandFailure(WRONG, String.valueOf(e.getMessage()));
        }
    }

    /** What the command line says of the node goes before the bootstrap, as in Envoy. */
    private static XdsNode node(XdsNode node, EnvoyCommandLine.Node given) {
        Locality at = node.locality();
        return new XdsNode(
                given.id().isEmpty() ? node.id() : given.id(),
                given.cluster().isEmpty() ? node.cluster() : given.cluster(),
                node.metadata(),
                given.zone().isEmpty() ? at : new Locality(at.region(), given.zone(), at.subZone()),
                node.userAgentName(),
                node.userAgentVersion(),
                node.extensions());
    }

    private static void tellAdminAddress(@Nullable Path file, @Nullable InetSocketAddress admin) {
        if (file == null || admin == null) {
            return;
        }
        try {
            Files.writeString(file, admin.getHostString() + ":" + admin.getPort());
        } catch (IOException e) {
            LOG.warn("--admin-address-path: {} can't be written: {}", file, IoReason.of(e));
        }
    }
}
