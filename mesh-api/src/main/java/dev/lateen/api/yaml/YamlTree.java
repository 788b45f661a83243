package dev.lateen.api.yaml;

import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.common.Anchor;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.DocumentEndEvent;
import org.snakeyaml.engine.v2.events.DocumentStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.MappingStartEvent;
import org.snakeyaml.engine.v2.events.NodeEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.events.SequenceStartEvent;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Builds one tree a document from YAML events, with bounds on size and depth, duplicate keys refused, anchors and merge keys followed.
 * It takes the events of the parser beneath Jackson's, for Jackson's tokens don't tell quoted from unquoted.
 */
final class YamlTree {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final String MERGE = "<<";

    private final Limits limits;
    private final Iterator<Event> events;
    private final Map<Anchor, Built> anchors = new HashMap<>();
    private Lines lines = new Lines();
    private long nodes;

    private final int linesBefore;

    YamlTree(String text, Limits limits) throws YamlSyntaxException {
        this(text, 0, limits);
    }

    /** @param linesBefore how many lines of a longer text stand before this one */
    YamlTree(String text, int linesBefore, Limits limits) throws YamlSyntaxException {
        if (text.length() > limits.characters()) {
            throw new YamlSyntaxException(
                    0, text.length() + " characters in one file", "at most " + limits.characters());
        }
        this.limits = limits;
        this.linesBefore = linesBefore;
        LoadSettings settings =
                LoadSettings.builder().setCodePointLimit(limits.characters()).build();
        this.events = new Parse(settings).parseString(text).iterator();
    }

    /** The next document; empty at the end. After an exception there are no more. */
    Optional<YamlDocument> next() throws YamlSyntaxException {
        Event event = advance();
        while (event != null && !(event instanceof DocumentStartEvent)) {
            event = advance();
        }
        if (event == null) {
            return Optional.empty();
        }
        anchors.clear();
        lines = new Lines();
        Event first = advance();
        if (first == null) {
            return Optional.empty();
        }
        Built root = build(first, 0);
        Event end = advance();
        if (end != null && !(end instanceof DocumentEndEvent)) {
            throw new YamlSyntaxException(line(end), "more after the end of a document", "");
        }
        return Optional.of(new YamlDocument(root.node, line(first), lines));
    }

    private @Nullable Event advance() throws YamlSyntaxException {
        try {
            return events.hasNext() ? events.next() : null;
        } catch (MarkedYamlEngineException e) {
            int line = e.getProblemMark()
                    .map(mark -> mark.getLine() + 1 + linesBefore)
                    .orElse(0);
            String context = e.getContext() == null ? "" : " " + e.getContext();
            throw new YamlSyntaxException(line, "no YAML: " + e.getProblem() + context, "");
        } catch (YamlEngineException e) {
            throw new YamlSyntaxException(0, "no YAML: " + firstLine(e.getMessage()), "");
        }
    }

    private static String firstLine(@Nullable String message) {
        return message == null ? "" : message.lines().findFirst().orElse("");
    }

    /** A node with the depth and number of nodes beneath it, itself included. */
    private record Built(JsonNode node, int depth, long size) {}

    private Built build(Event event, int level) throws YamlSyntaxException {
        if (event instanceof AliasEvent alias) {
            return followed(alias, level);
        }
        count(1, event);
        if (level > limits.depth()) {
            throw tooDeep(event);
        }
        Built built = switch (event) {
            case ScalarEvent scalar -> new Built(scalar(scalar), 1, 1);
            case SequenceStartEvent _ -> list(event, level);
            case MappingStartEvent _ -> map(event, level);
            default -> throw new YamlSyntaxException(line(event), "no YAML: a value is missing", "");
        };
        if (event instanceof NodeEvent node && node.getAnchor().isPresent()) {
            anchors.put(node.getAnchor().get(), built);
        }
        return built;
    }

    private void count(long more, Event event) throws YamlSyntaxException {
        nodes += more;
        if (nodes > limits.nodes()) {
            throw new YamlSyntaxException(
                    line(event), "more than " + limits.nodes() + " values", "fewer values, anchors followed");
        }
    }

    private YamlSyntaxException tooDeep(Event event) {
        return new YamlSyntaxException(
                line(event), "lists and maps too deep in each other", "at most " + limits.depth() + " levels");
    }

    private Built followed(AliasEvent alias, int level) throws YamlSyntaxException {
        Built built = alias.getAnchor().map(anchors::get).orElse(null);
        if (built == null) {
            String name = alias.getAnchor().map(Anchor::getValue).orElse("");
            throw new YamlSyntaxException(line(alias), "unknown anchor '" + name + "'", "an anchor defined before");
        }
        count(built.size, alias);
        if (level + built.depth > limits.depth()) {
            throw tooDeep(alias);
        }
        return built;
    }

    private static JsonNode scalar(ScalarEvent scalar) {
        boolean text = !scalar.isPlain()
                || scalar.getTag().filter("tag:yaml.org,2002:str"::equals).isPresent();
        return text ? NODES.stringNode(scalar.getValue()) : Scalars.plain(scalar.getValue());
    }

    private Built list(Event start, int level) throws YamlSyntaxException {
        ArrayNode list = NODES.arrayNode();
        lines.begin(list, line(start));
        int depth = 0;
        long size = 1;
        for (Event event = required(); event.getEventId() != Event.ID.SequenceEnd; event = required()) {
            Built member = build(event, level + 1);
            lines.member(list, line(event));
            list.add(member.node);
            depth = Math.max(depth, member.depth);
            size += member.size;
        }
        return new Built(list, depth + 1, size);
    }

    private Built map(Event start, int level) throws YamlSyntaxException {
        ObjectNode map = NODES.objectNode();
        lines.begin(map, line(start));
        JsonNode merged = null;
        int depth = 0;
        long size = 1;
        for (Event event = required(); event.getEventId() != Event.ID.MappingEnd; event = required()) {
            String key = key(event);
            Built value = build(required(), level + 1);
            depth = Math.max(depth, value.depth);
            size += value.size;
            if (key.equals(MERGE) && ((ScalarEvent) event).isPlain()) {
                merged = value.node;
            } else if (map.has(key)) {
                throw new YamlSyntaxException(line(event), "the key '" + key + "' a second time", "each key once");
            } else {
                lines.member(map, line(event));
                map.set(key, value.node);
            }
        }
        if (merged != null) {
            merge(map, merged, start);
        }
        return new Built(map, depth + 1, size);
    }

    private String key(Event event) throws YamlSyntaxException {
        if (event instanceof ScalarEvent scalar) {
            return scalar.getValue();
        }
        throw new YamlSyntaxException(line(event), "a key that is no text", "a text before the colon");
    }

    /** What the map has itself goes first (yaml.org/type/merge.html). */
    private void merge(ObjectNode map, JsonNode merged, Event start) throws YamlSyntaxException {
        for (JsonNode source : merged.isArray() ? merged : NODES.arrayNode().add(merged)) {
            if (!source.isObject()) {
                throw new YamlSyntaxException(
                        line(start), "'<<' with something else than a map", "a map or a list of maps");
            }
            for (Map.Entry<String, JsonNode> field : source.properties()) {
                if (!map.has(field.getKey())) {
                    map.set(field.getKey(), field.getValue());
                }
            }
        }
    }

    private Event required() throws YamlSyntaxException {
        Event event = advance();
        if (event == null) {
            throw new YamlSyntaxException(0, "no YAML: the text ends too early", "");
        }
        return event;
    }

    private int line(Event event) {
        return event.getStartMark()
                .map(mark -> mark.getLine() + 1 + linesBefore)
                .orElse(0);
    }
}
