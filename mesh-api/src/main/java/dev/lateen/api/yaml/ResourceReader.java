package dev.lateen.api.yaml;

import dev.lateen.api.mesh.MeshConfig;
import dev.lateen.api.mesh.ProxySettings;
import dev.lateen.api.resource.Origin;
import dev.lateen.api.resource.Resource;
import dev.lateen.api.resource.ResourceMeta;
import dev.lateen.api.schema.Shapes;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/**
 * The strict reader of Kubernetes and Istio YAML. It takes text or a tree, does no input or output, and turns whatever is wrong with
 * it into problems; it throws nothing. Make one and keep it, for it remembers the shapes of the kinds; safe for use by several threads.
 */
public final class ResourceReader {
    private final DocumentReader documents;
    private final Shapes shapes = new Shapes();
    private final Limits limits;

    /** A reader with {@code default} as the namespace of resources that name none. */
    public ResourceReader() {
        this(ResourceMeta.DEFAULT_NAMESPACE, Limits.DEFAULT);
    }

    /** A reader with another default namespace or other limits. */
    public ResourceReader(String defaultNamespace, Limits limits) {
        this.limits = limits;
        this.documents = new DocumentReader(shapes, defaultNamespace, limits);
    }

    /** Reads all documents of a text; {@code source} names it in problems. */
    public Reading read(String source, String text) {
        List<Resource<?>> resources = new ArrayList<>();
        List<RawDocument> others = new ArrayList<>();
        List<Problem> problems = new ArrayList<>();
        int number = 1;
        try {
            for (JsonTexts.Part part : parts(text)) {
                YamlTree tree = new YamlTree(part.text(), part.linesBefore(), limits);
                for (Optional<YamlDocument> next = tree.next(); next.isPresent(); next = tree.next()) {
                    YamlDocument document = next.get();
                    if (!document.root().isNull()) {
                        Origin origin = new Origin.InFile(source, number, document.line());
                        documents.read(origin, document.root(), document.lines(), resources, others, problems);
                    }
                    number++;
                }
            }
        } catch (YamlSyntaxException e) {
            problems.add(problem(source, number, e));
        }
        return new Reading(List.copyOf(resources), List.copyOf(others), List.copyOf(problems));
    }

    /** A text that is too long is refused as one. */
    private List<JsonTexts.Part> parts(String text) {
        return text.length() > limits.characters() ? List.of(new JsonTexts.Part(text, 0)) : JsonTexts.split(text);
    }

    /** Reads one document that is parsed already, such as one from the API server. */
    public Reading read(Origin origin, JsonNode document) {
        List<Resource<?>> resources = new ArrayList<>();
        List<RawDocument> others = new ArrayList<>();
        List<Problem> problems = new ArrayList<>();
        documents.read(origin, document, new Lines(), resources, others, problems);
        return new Reading(List.copyOf(resources), List.copyOf(others), List.copyOf(problems));
    }

    /**
     * Reads mesh config: the settings themselves, or Istio's ConfigMap with the settings as text under {@code data.mesh}. An empty text
     * gives the defaults.
     */
    public SettingsReading<MeshConfig> readMeshConfig(String source, String text) {
        return settings(source, text, MeshConfig.class);
    }

    /** Reads the start-up settings of a proxy, as in the annotation {@code proxy.istio.io/config}. */
    public SettingsReading<ProxySettings> readProxySettings(String source, String text) {
        return settings(source, text, ProxySettings.class);
    }

    /** Reads the settings that a record describes, whichever it is. */
    <T extends Record> SettingsReading<T> settings(String source, String text, Class<T> type) {
        try {
            YamlTree tree = new YamlTree(text, limits);
            YamlDocument document = tree.next().orElseGet(() -> new YamlDocument(MeshSettings.NOTHING, 1, new Lines()));
            Origin origin = new Origin.InFile(source, 1, document.line());
            Optional<String> inner = MeshSettings.inConfigMap(document.root());
            if (type == MeshConfig.class && inner.isPresent()) {
                return settings(source + " data.mesh", inner.get(), type);
            }
            Findings findings = new Findings(origin, document.root(), document.lines(), limits.problems());
            if (tree.next().isPresent()) {
                findings.refuse("", "several documents", "one");
            }
            JsonNode root = document.root().isNull() ? MeshSettings.NOTHING : document.root();
            Object bound = new Binder(findings).bind(root, shapes.of(type));
            Optional<T> settings =
                    bound == null || findings.errors() > 0 ? Optional.empty() : Optional.of(type.cast(bound));
            return new SettingsReading<>(settings, List.copyOf(findings.problems()));
        } catch (YamlSyntaxException e) {
            return new SettingsReading<>(Optional.empty(), List.of(problem(source, 1, e)));
        }
    }

    private static Problem problem(String source, int number, YamlSyntaxException e) {
        Origin origin = new Origin.InFile(source, number, e.line());
        return new Problem(
                Problem.Severity.ERROR,
                origin,
                e.line(),
                null,
                "",
                Found.clipped(String.valueOf(e.getMessage())),
                e.accepted());
    }
}
