package dev.lateen.install.tools;

import dev.lateen.install.failure.CommandFailure;
import dev.lateen.install.failure.IoReason;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;

/** {@code meshctl proxy-config KIND POD}: what a proxy has in force, read from its admin port, in istioctl's tables. */
@Command(
        name = "proxy-config",
        aliases = "pc",
        description = "Show the configuration that a proxy has in force.",
        mixinStandardHelpOptions = true)
public final class ProxyConfigCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(
            index = "0",
            paramLabel = "KIND",
            description = "all, bootstrap, cluster, listener, route, endpoint, secret, ecds; log for its log levels.")
    private String kind = "";

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "POD",
            description = "POD, POD.NAMESPACE or TYPE/NAME, such as deployment/reviews-v1; a pod's beginning is enough"
                    + " where only one has it.")
    private @Nullable String pod;

    @Option(
            names = "--address",
            paramLabel = "HOST",
            description = "Ask the admin port of this address instead of looking for the pod.")
    private @Nullable String address;

    @Option(
            names = {"-f", "--file"},
            paramLabel = "FILE",
            description = "Ask nobody: a page of a proxy's admin port that was kept, /config_dump or for endpoints"
                    + " /clusters?format=json.")
    private @Nullable Path file;

    @Mixin
    private LogLevels levels = new LogLevels();

    @Mixin
    private ConfigFilters filters = new ConfigFilters();

    @Mixin
    private ToolOptions options = new ToolOptions();

    @Override
    public Integer call() {
        ConfigKind asked = ConfigKind.of(kind);
        if (asked != ConfigKind.LOG && levels.isGiven()) {
            throw new CommandFailure(
                    CommandFailure.BAD_INPUT, "--level, --reset: say nothing of " + asked.word() + " (expected: log)");
        }
        print(asked == ConfigKind.LOG ? loggers() : shown(asked));
        return 0;
    }

    private String shown(ConfigKind asked) {
        JsonNode part = filters.apply(asked, asked.part(page(asked)));
        return options.print(part, asked::table, asked == ConfigKind.BOOTSTRAP ? "json" : "short");
    }

    private JsonNode page(ConfigKind asked) {
        Path kept = file;
        if (kept == null) {
            try (AskedMesh mesh = options.mesh(address, errors())) {
                AskedMesh.ProxyPages proxy = proxy(mesh);
                return MeshClient.json(proxy.name() + asked.path(), proxy.get(asked.path()));
            }
        }
        try {
            return MeshClient.json(kept.toString(), Files.readString(kept));
        } catch (IOException e) {
            throw new CommandFailure(CommandFailure.BAD_INPUT, kept + ": can't be read: " + IoReason.of(e));
        }
    }

    private String loggers() {
        filters.apply(ConfigKind.LOG, MeshClient.json("", "{}"));
        if (file != null) {
            throw new CommandFailure(CommandFailure.BAD_INPUT, "--file: says nothing of log (expected: POD)");
        }
        try (AskedMesh mesh = options.mesh(address, errors())) {
            AskedMesh.ProxyPages proxy = proxy(mesh);
            return proxy.name() + ":\n" + proxy.post(ConfigKind.LOG.path() + levels.query());
        }
    }

    private AskedMesh.ProxyPages proxy(AskedMesh mesh) {
        if (pod == null && address == null) {
            throw new CommandFailure(
                    CommandFailure.BAD_INPUT, "proxy-config: no pod given (expected: POD, or --address HOST)");
        }
        return mesh.proxy(pod == null ? "" : pod);
    }

    private PrintWriter errors() {
        return spec.commandLine().getErr();
    }

    private void print(String text) {
        spec.commandLine().getOut().print(text);
        spec.commandLine().getOut().flush();
    }
}
