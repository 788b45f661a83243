package dev.lateen.install.tools;

import dev.lateen.api.yaml.Documents;
import dev.lateen.api.yaml.Problem;
import dev.lateen.api.yaml.ResourceReader;
import dev.lateen.api.yaml.StartSettings;
import dev.lateen.injector.Injection;
import dev.lateen.injector.InjectorConfig;
import dev.lateen.injector.settings.HelmValues;
import dev.lateen.injector.settings.InjectedMesh;
import dev.lateen.injector.settings.MeshOfValues;
import dev.lateen.install.failure.CommandFailure;
import dev.lateen.install.failure.IoReason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;

/** What tells an injection without a cluster what to inject: the options of {@code kube-inject}, by istioctl's names, and what is made of them. */
final class InjectionSources {
    @Option(
            names = {"-r", "--revision"},
            paramLabel = "REV",
            defaultValue = "default",
            description = "The control plane's revision (default: ${DEFAULT-VALUE}).")
    private String revision = "";

    @Option(
            names = "--valuesFile",
            paramLabel = "FILE",
            description =
                    "Helm values of the installation, or an IstioOperator; may be given more than once, the last one"
                            + " counts.")
    private List<Path> values = List.of();

    @Option(
            names = "--set",
            paramLabel = "PATH=VALUE",
            description = "One value more, such as values.global.network=n1 or meshConfig.trustDomain=td.")
    private List<String> settings = List.of();

    @Option(
            names = "--injectConfigFile",
            paramLabel = "FILE",
            description =
                    "The injector's configuration with templates of your own, or the ConfigMap istio-sidecar-injector.")
    private @Nullable Path injectConfig;

    @Option(
            names = "--meshConfigFile",
            paramLabel = "FILE",
            description = "The mesh config, or its ConfigMap, that the proxies start with.")
    private @Nullable Path meshConfig;

    /**
     * An injection as these options want it.
     *
     * @throws CommandFailure if a file can't be read, or something in it is wrong
     */
    Injection injection() {
        try {
            HelmValues all = allValues();
            Path own = injectConfig;
            InjectorConfig config =
                    own == null ? InjectorConfig.of(all) : InjectorConfig.of(all, own.toString(), text(own));
            String mesh = meshText(config.settings().values());
            StartSettings start = StartSettings.ofMeshConfig(mesh);
            InjectedMesh view = InjectedMesh.of(mesh);
            return new Injection(
                    () -> config, new Injection.Surroundings(pod -> start.with(pod.own()), () -> view, _ -> true));
        } catch (IllegalArgumentException e) {
            throw new CommandFailure(CommandFailure.BAD_INPUT, String.valueOf(e.getMessage()));
        }
    }

    private HelmValues allValues() {
        HelmValues all = KubeInjectBootstrap.with(HelmValues.defaults());
        if (!revision.equals("default")) {
            all = all.withSet("revision=" + revision);
        }
        for (Path file : values) {
            all = all.with(file.toString(), text(file));
        }
        for (String setting : settings) {
            all = all.withSet(setting);
        }
        return all;
    }

    private String meshText(HelmValues all) {
        Path given = meshConfig;
        if (given == null) {
            return MeshOfValues.text(all, Documents.first("mesh config", ""));
        }
        String text = text(given);
        for (Problem problem :
                new ResourceReader().readMeshConfig(given.toString(), text).problems()) {
            if (problem.isError()) {
                throw new CommandFailure(CommandFailure.BAD_INPUT, problem.toString());
            }
        }
        JsonNode root = Documents.first(given.toString(), text);
        JsonNode inner = root.path("data").path("mesh");
        return MeshOfValues.text(all, inner.isString() ? Documents.first(given.toString(), inner.stringValue()) : root);
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new CommandFailure(CommandFailure.BAD_INPUT, file + ": can't be read: " + IoReason.of(e));
        }
    }
}
