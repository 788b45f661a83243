package dev.lateen.api.yaml;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/** Texts of YAML or JSON as trees, for those who take any object: read as Kubernetes reads them, within bounds. Pure. */
public final class Documents {
    private Documents() {}

    /**
     * All documents of a text that are not empty: YAML documents, or JSON objects one behind the other.
     *
     * @param source names the text in errors
     * @throws IllegalArgumentException if it is no YAML or asks for too much: where, and why
     */
    public static List<JsonNode> read(String source, String text) {
        List<JsonNode> documents = new ArrayList<>();
        try {
            for (JsonTexts.Part part : JsonTexts.split(text)) {
                YamlTree tree = new YamlTree(part.text(), part.linesBefore(), Limits.DEFAULT);
                for (Optional<YamlDocument> next = tree.next(); next.isPresent(); next = tree.next()) {
                    if (!next.get().root().isNull()) {
                        documents.add(next.get().root());
                    }
                }
            }
        } catch (YamlSyntaxException e) {
            String line = e.line() > 0 ? ":" + e.line() : "";
            String accepted = e.accepted().isEmpty() ? "" : " (expected: " + e.accepted() + ")";
            throw new IllegalArgumentException(source + line + ": " + e.getMessage() + accepted, e);
        }
        return documents;
    }

    /**
     * The first document of a text; an empty object if there is none.
     *
     * @param source names the text in errors
     * @throws IllegalArgumentException if it is no YAML, or no object
     */
    public static JsonNode first(String source, String text) {
        List<JsonNode> documents = read(source, text);
        JsonNode first = documents.isEmpty() ? JsonNodeFactory.instance.objectNode() : documents.getFirst();
        if (!first.isObject()) {
            throw new IllegalArgumentException(source + ": " + first.getNodeType() + " (expected: fields with values)");
        }
        return first;
    }
}
