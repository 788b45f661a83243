package dev.lateen.install.tools;

import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.dataformat.yaml.YAMLFactory;
import tools.jackson.dataformat.yaml.YAMLMapper;
import tools.jackson.dataformat.yaml.YAMLWriteFeature;
import tools.jackson.dataformat.yaml.util.StringQuotingChecker;

/** Trees as YAML documents. Pure. */
final class ManifestText {
    private static final YAMLMapper YAML = YAMLMapper.builder(
                    YAMLFactory.builder().stringQuotingChecker(new Quoting()).build())
            .disable(YAMLWriteFeature.WRITE_DOC_START_MARKER)
            .disable(YAMLWriteFeature.SPLIT_LINES)
            .enable(YAMLWriteFeature.MINIMIZE_QUOTES)
            .enable(YAMLWriteFeature.LITERAL_BLOCK_STYLE)
            .enable(YAMLWriteFeature.INDENT_ARRAYS_WITH_INDICATOR)
            .build();

    private ManifestText() {}

    /** One behind the other. */
    static String of(List<JsonNode> documents) {
        return String.join(
                "---\n", documents.stream().map(ManifestText::document).toList());
    }

    private static String document(JsonNode document) {
        return YAML.writeValueAsString(document).stripTrailing() + "\n";
    }

    /** Kubernetes reads YAML 1.1, in which much that looks like a text is none: what is not surely one gets quotes. */
    private static final class Quoting extends StringQuotingChecker {
        private static final long serialVersionUID = 1;
        private static final Set<String> RESERVED = Set.of("y", "n", "yes", "no", "on", "off", "true", "false", "null");
        private static final Pattern SURE =
                Pattern.compile("(--?|[./$])?[A-Za-z][A-Za-z0-9./$()_@=,*+-]*" + "(:[A-Za-z0-9./$()_@=,*+-]+)*");

        @Override
        public boolean needToQuoteName(String name) {
            return !isSure(name);
        }

        @Override
        public boolean needToQuoteValue(String value) {
            return !isSure(value);
        }

        private static boolean isSure(String text) {
            return text.indexOf('\n') >= 0
                    || SURE.matcher(text).matches() && !RESERVED.contains(text.toLowerCase(Locale.ROOT));
        }
    }
}
