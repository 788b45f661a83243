package dev.lateen.proxy.xds.decode;

import static java.util.Objects.requireNonNull;

import dev.lateen.proxy.model.ConfigGap;
import dev.lateen.proxy.xds.bootstrap.BootstrapDecoder;
import dev.lateen.proxy.xds.bootstrap.BootstrapResources;
import dev.lateen.proxy.xds.proto.ConfigException;
import dev.lateen.proxy.xds.proto.ProtoJsonReader;
import dev.lateen.proxy.xds.proto.ProtoNode;
import dev.lateen.proxy.xds.proto.ProtoNode.Use;
import dev.lateen.proxy.xds.proto.ProtoSchema;
import dev.lateen.proxy.xds.proto.ProtoSchema.Field;
import dev.lateen.proxy.xds.proto.ProtoSchema.Kind;
import dev.lateen.proxy.xds.proto.ProtoSchema.MessageType;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/**
 * Sets every field that a decoder can come to, one at a time, in a resource that is good without it, and notes what became of it. A field is
 * tried where it is met first; messages that mean another thing in each place are tried in each.
 */
final class FieldExplorer {
    /** In every place anew. */
    private static final Set<String> BY_PLACE = Set.of(
            "google.protobuf.Any", "envoy.config.core.v3.TypedExtensionConfig", "envoy.config.core.v3.TransportSocket");

    private final Map<String, String> outcomes = new TreeMap<>();
    private final Set<String> tried = new HashSet<>();
    private final Deque<Place> places = new ArrayDeque<>();

    /**
     * A message somewhere in a resource.
     *
     * @param name how outcomes call it
     * @param base its value, good as it is
     * @param path where it is, as {@link ProtoNode#path()} tells
     * @param around puts a value of it into its resource
     */
    private record Place(
            Root root,
            MessageType type,
            String name,
            Map<String, Object> base,
            String path,
            UnaryOperator<Map<String, Object>> around) {}

    /** What is decoded as a whole. */
    interface Root {
        /** What became of the field at this path. */
        String outcome(Map<String, Object> json, String path);
    }

    /** @param name of the message in the outcomes, another one where it means another thing */
    void add(
            Root root,
            String name,
            String message,
            Map<String, Object> base,
            String path,
            UnaryOperator<Map<String, Object>> around) {
        places.add(new Place(root, ProtoSchema.ENVOY.message(message), name, base, path, around));
    }

    /** What became of each field, by its message and name, and the value for enumerations. */
    Map<String, String> explore() {
        while (!places.isEmpty()) {
            Place place = places.poll();
            for (Field field : place.type.fields) {
                String name = place.name + "." + field.name();
                if (tried.add(name)) {
                    FieldSamples.of(place.type.fullName, field)
                            .forEach((label, sample) -> tryOne(place, field, name, label, sample));
                }
            }
        }
        return outcomes;
    }

    private void tryOne(Place place, Field field, String name, String label, Object sample) {
        Map<String, Object> json = with(place, field, sample);
        String path = place.path.isEmpty() ? field.name() : place.path + "." + field.name();
        String outcome = place.root.outcome(place.around.apply(json), path);
        outcomes.put(name + label, outcome);
        boolean goesOn = field.kind() == Kind.MESSAGE
                && outcome.equals("read")
                && !field.typeName().startsWith("google.protobuf.");
        if (goesOn) {
            places.add(below(place, field, name, sample, path));
        }
    }

    @SuppressWarnings("unchecked") // samples of messages are maps
    private static Place below(Place place, Field field, String name, Object sample, String path) {
        MessageType type = ProtoSchema.ENVOY.message(field.typeName());
        String step = field.map() ? "[\"k\"]" : field.repeated() ? "[0]" : "";
        Map<String, Object> base = (Map<String, Object>) requireNonNull(
                (field.map()
                        ? ((Map<String, Object>) sample).get("k")
                        : field.repeated() ? ((List<Object>) sample).getFirst() : sample));
        UnaryOperator<Map<String, Object>> around = value -> place.around.apply(
                with(place, field, field.map() ? Map.of("k", value) : field.repeated() ? List.of(value) : value));
        return new Place(
                place.root, type, BY_PLACE.contains(type.fullName) ? name : type.fullName, base, path + step, around);
    }

    /** The place's message with this field, and without what excludes it. */
    private static Map<String, Object> with(Place place, Field field, Object value) {
        Map<String, Object> json = FieldSamples.copy(place.base);
        for (Field other : place.type.fields) {
            if (!field.oneof().isEmpty() && field.oneof().equals(other.oneof())) {
                json.remove(other.name());
            }
        }
        json.put(field.name(), value);
        return json;
    }

    /** A resource of a control plane. */
    static Root resource(ResourceType type, ResourceDecoder decoder) {
        return (json, path) -> {
            ProtoNode node =
                    ProtoJsonReader.read(ProtoSchema.ENVOY.message(type.message()), FieldSamples.copy(json), null, "");
            return switch (decoder.decode(type, "", node)) {
                case Decoded.Rejected rejected -> "rejected: " + general(rejected.reason());
                case Decoded.Accepted accepted -> accepted.gaps().isEmpty() ? use(node, path) : gap(accepted);
            };
        };
    }

    /** A bootstrap, where all that is not followed is refused. */
    static Root bootstrap(FileSource files) {
        return (json, path) -> {
            try {
                BootstrapResources read = BootstrapDecoder.decode(FieldSamples.copy(json), files, "");
                return read.ignored().contains(path) ? "ignored" : "read";
            } catch (ConfigException refused) {
                return "rejected: " + general(String.valueOf(refused.getMessage()));
            }
        };
    }

    private static String gap(Decoded.Accepted accepted) {
        ConfigGap gap = accepted.gaps().getLast();
        return gap.effect() + ": " + general(gap.reason());
    }

    private static String use(ProtoNode root, String path) {
        Map<String, Use> uses = new HashMap<>();
        root.uses((field, use) -> uses.put(field.path(), use));
        Use use = uses.get(path);
        return use == null
                ? "passed over"
                : use == Use.UNREAD ? "told" : use.name().toLowerCase(Locale.ROOT);
    }

    /** Without places and names of the resource. */
    private static String general(String reason) {
        return reason.replaceAll("^\\w+ \\S*: ", "").replaceAll("^[a-z_0-9.]+(\\[[^\\]]*\\][a-z_0-9.]*)*: ", "");
    }
}
