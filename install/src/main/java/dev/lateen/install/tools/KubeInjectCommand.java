package dev.lateen.install.tools;

import dev.lateen.api.yaml.Documents;
import dev.lateen.injector.Injection;
import dev.lateen.injector.InjectionDecision;
import dev.lateen.injector.NamespaceMarks;
import dev.lateen.install.failure.CommandFailure;
import dev.lateen.install.failure.IoReason;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

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
            names = {"-o", "--output"},
            paramLabel = "FILE",
            description = "Where to write it (default: standard output).")
    private @Nullable Path output;

    @Option(
            names = {"-n", "--namespace"},
            paramLabel = "NS",
            defaultValue = "default",
            description = "Where objects without a namespace will run (default: ${DEFAULT-VALUE}).")
    private String namespace = "";

    @Mixin
    private InjectionSources sources = new InjectionSources();

    private final Map<String, NamespaceMarks> namespaces = new HashMap<>();

    @Override
    public Integer call() {
        Injection injection = sources.injection();
        List<JsonNode> documents = documents();
        documents.forEach(this::remember);
        documents.forEach(document -> inject(injection, document));
        write(ManifestText.of(documents));
        return 0;
    }

    /** As in a cluster, a namespace says as whom its proxies run; whether they are injected, one who types this command says. */
    private void remember(JsonNode document) {
        if (document.path("kind").asString("").equals("Namespace")) {
            Map<String, String> annotations = new HashMap<>();
            document.path("metadata")
                    .path("annotations")
                    .properties()
                    .forEach(entry ->
                            annotations.put(entry.getKey(), entry.getValue().asString("")));
            namespaces.put(
                    document.path("metadata").path("name").asString(""), new NamespaceMarks(Map.of(), annotations));
        }
    }

    /** Lists are looked into, and stay lists. */
    private void inject(Injection injection, JsonNode document) {
        if (document.path("kind").asString("").endsWith("List")
                && document.path("items").isArray()) {
            document.path("items").forEach(item -> inject(injection, item));
        } else if (document instanceof ObjectNode object) {
            JsonNode metadata = Injection.podMetadata(object);
            List<String> remarks = metadata == null ? List.of() : InjectionRemarks.of(metadata);
            InjectionDecision decision = apply(injection, object);
            explain(object, decision);
            if (decision != null && decision.inject()) {
                remarks.forEach(remark -> spec.commandLine().getErr().println(name(object) + ": warning: " + remark));
            }
        }
    }

    private @Nullable InjectionDecision apply(Injection injection, ObjectNode object) {
        String own = object.path("metadata").path("namespace").asString(namespace);
        try {
            return injection.apply(object, namespace, namespaces.getOrDefault(own, NamespaceMarks.UNKNOWN));
        } catch (IllegalArgumentException e) {
            throw new CommandFailure(CommandFailure.BAD_INPUT, file + ": " + name(object) + ": " + e.getMessage());
        }
    }

    private List<JsonNode> documents() {
        try {
            String text = file.toString().equals("-")
                    ? new String(System.in.readAllBytes(), StandardCharsets.UTF_8)
                    : Files.readString(file);
            List<JsonNode> documents = Documents.read(file.toString(), text);
            for (JsonNode document : documents) {
                if (!document.isObject() || document.path("kind").asString("").isEmpty()) {
                    throw new CommandFailure(
                            CommandFailure.BAD_INPUT,
                            file + ": a document without a kind (expected: Kubernetes objects in YAML or JSON)");
                }
            }
            return documents;
        } catch (IOException e) {
            throw new CommandFailure(CommandFailure.BAD_INPUT, file + ": can't be read: " + IoReason.of(e));
        } catch (IllegalArgumentException e) {
            throw new CommandFailure(
                    CommandFailure.BAD_INPUT, e.getMessage() + " (expected: Kubernetes objects in YAML or JSON)");
        }
    }

    private void write(String text) {
        Path to = output;
        if (to == null) {
            spec.commandLine().getOut().print(text);
            spec.commandLine().getOut().flush();
            return;
        }
        try {
            Files.writeString(to, text);
        } catch (IOException e) {
            throw new CommandFailure(CommandFailure.BAD_INPUT, to + ": can't be written: " + IoReason.of(e));
        }
    }

    private static String name(JsonNode object) {
        return object.path("kind").asString("?") + " "
                + object.path("metadata").path("name").asString("?");
    }

    private void explain(ObjectNode object, @Nullable InjectionDecision decision) {
        if (decision != null && !decision.inject()) {
            spec.commandLine()
                    .getErr()
                    .println(name(object) + ": no sidecar: " + decision.reason() + " (" + decision.detail() + ")");
        }
    }
}
