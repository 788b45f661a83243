package dev.lateen.install.tools;

import dev.lateen.api.yaml.JsonTexts;
import dev.lateen.api.yaml.Problem;
import dev.lateen.api.yaml.ResourceReader;
import dev.lateen.api.yaml.StartSettings;
import dev.lateen.injector.Injection;
import dev.lateen.injector.InjectionDecision;
import dev.lateen.injector.InjectionPolicy;
import dev.lateen.injector.SidecarSettings;
import dev.lateen.install.failure.CommandFailure;
import dev.lateen.install.failure.IoReason;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.KubernetesResourceList;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code meshctl kube-inject -f FILE}: prints a manifest with sidecars added, and says on standard error what was left alone and why. */
@Command(
        name = "kube-inject",
        description = "Add sidecars to the workloads of a manifest and print it.",
        mixinStandardHelpOptions = true)
public final class KubeInjectCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Option(
            names = {"-f", "--filename"},
            required = true,
            paramLabel = "FILE",
            description = "A Kubernetes manifest; - for standard input.")
    private Path file = Path.of("");

    @Option(
            names = {"-n", "--namespace"},
            paramLabel = "NS",
            defaultValue = "default",
            description = "Where objects without a namespace will run (default: ${DEFAULT-VALUE}).")
    private String namespace = "";

    @Option(
            names = {"-r", "--revision"},
            paramLabel = "REV",
            defaultValue = "default",
            description = "The control plane's revision (default: ${DEFAULT-VALUE}).")
    private String revision = "";

    @Option(
            names = "--meshConfigFile",
            paramLabel = "FILE",
            description = "The mesh config whose defaultConfig the proxies start with.")
    private @Nullable Path meshConfig;

    @Override
    public Integer call() {
        StartSettings start = meshSettings();
        SidecarSettings defaults = SidecarSettings.defaults();
        Injection injection = new Injection(
                InjectionPolicy.enabled(),
                new SidecarSettings(
                        defaults.image(),
                        revision,
                        defaults.caAddress(),
                        defaults.clusterId(),
                        defaults.meshId(),
                        defaults.trustDomain(),
                        defaults.clusterDomain()),
                pod -> start.with(pod.own()));
        KubernetesSerialization kubernetes = new KubernetesSerialization();
        List<String> printed = new ArrayList<>();
        for (Object document : documents(kubernetes)) {
            inject(injection, document);
            printed.add(kubernetes.asYaml(document).replaceFirst("^---\\n", "").stripTrailing() + "\n");
        }
        spec.commandLine().getOut().print(String.join("---\n", printed));
        spec.commandLine().getOut().flush();
        return 0;
    }

    private StartSettings meshSettings() {
        Path given = meshConfig;
        if (given == null) {
            return StartSettings.NONE;
        }
        try {
            String text = Files.readString(given);
            for (Problem problem :
                    new ResourceReader().readMeshConfig(given.toString(), text).problems()) {
                if (problem.isError()) {
                    throw new CommandFailure(CommandFailure.BAD_INPUT, problem.toString());
                }
            }
            return StartSettings.ofMeshConfig(text);
        } catch (IOException e) {
            throw new CommandFailure(CommandFailure.BAD_INPUT, given + ": can't be read: " + IoReason.of(e));
        }
    }

    /** Lists are looked into, and stay lists. */
    private void inject(Injection injection, Object document) {
        switch (document) {
            case KubernetesResourceList<?> list -> {
                // What the library calls a list of objects may hold lists.
                List<?> items = list.getItems();
                for (int i = 0; i < items.size(); i++) {
                    inject(injection, (Object) items.get(i));
                }
            }
            case HasMetadata object -> {
                List<String> remarks = InjectionRemarks.of(Injection.podMetadata(object));
                InjectionDecision decision = apply(injection, object);
                explain(object, decision);
                if (decision != null && decision.inject()) {
                    remarks.forEach(
                            remark -> spec.commandLine().getErr().println(name(object) + ": warning: " + remark));
                }
            }
            default -> {}
        }
    }

    private @Nullable InjectionDecision apply(Injection injection, HasMetadata object) {
        try {
            return injection.apply(object, namespace, Map.of());
        } catch (IllegalArgumentException e) {
            throw new CommandFailure(CommandFailure.BAD_INPUT, file + ": " + name(object) + ": " + e.getMessage());
        }
    }

    private List<Object> documents(KubernetesSerialization kubernetes) {
        try {
            String text = file.toString().equals("-")
                    ? new String(System.in.readAllBytes(), StandardCharsets.UTF_8)
                    : Files.readString(file);
            List<Object> documents = new ArrayList<>();
            for (JsonTexts.Part part : JsonTexts.split(text)) {
                Object read = kubernetes.unmarshal(part.text());
                if (read instanceof Collection<?> many) {
                    documents.addAll(many);
                } else if (read != null) {
                    documents.add(read);
                }
            }
            return documents;
        } catch (IOException e) {
            throw new CommandFailure(CommandFailure.BAD_INPUT, file + ": can't be read: " + IoReason.of(e));
        } catch (RuntimeException e) {
            String why = e.getCause() == null ? e.getMessage() : e.getCause().getMessage();
            throw new CommandFailure(
                    CommandFailure.BAD_INPUT, file + ": " + why + " (expected: Kubernetes objects in YAML or JSON)");
        }
    }

    private static String name(HasMetadata object) {
        String name = object.getMetadata() == null ? null : object.getMetadata().getName();
        return object.getKind() + " " + (name == null ? "?" : name);
    }

    private void explain(HasMetadata object, @Nullable InjectionDecision decision) {
        if (decision != null && !decision.inject()) {
            spec.commandLine()
                    .getErr()
                    .println(name(object) + ": no sidecar: " + decision.reason() + " (" + decision.detail() + ")");
        }
    }
}
