package dev.lateen.proxy.model;

/**
 * The user's resource that a part of the configuration came from, as Istio writes it to {@code filter_metadata["istio"]["config"]}.
 *
 * @param config such as {@code /apis/networking.istio.io/v1/namespaces/default/virtual-service/reviews}, empty when nothing was said
 * @param field the place in it, such as {@code spec.servers[0]}, where the control plane says so; else empty
 */
public record Provenance(String config, String field) {
    /** Nothing was said. */
    public static final Provenance NONE = new Provenance("", "");

    private static final String NAMESPACES = "/namespaces/";

    /** A resource as a whole. */
    public Provenance(String config) {
        this(config, "");
    }

    /** Whether nothing was said. */
    public boolean isNone() {
        return config.isEmpty();
    }

    /** The same resource, at another place in it. */
    public Provenance at(String otherField) {
        return new Provenance(config, otherField);
    }

    /** The kind as Istio writes it here, such as {@code virtual-service}; empty when the path is no resource's. */
    public String kind() {
        return part(1);
    }

    /** The resource's namespace; empty when the path is no resource's. */
    public String namespace() {
        return part(0);
    }

    /** The resource's name; empty when the path is no resource's. */
    public String name() {
        return part(2);
    }

    /** What follows {@code /namespaces/} is namespace, kind, name. */
    private String part(int index) {
        int at = config.indexOf(NAMESPACES);
        String[] parts = at < 0 ? new String[0] : config.substring(at + NAMESPACES.length()).split("/", -1);
        return parts.length == 3 ? parts[index] : "";
    }

    /** For people: {@code virtual-service default/reviews}, the path where it is another's, {@code (nobody's)} where nothing was said; with the field when it is known. */
    public String text() {
        if (isNone()) {
            return "(nobody's)";
        }
        String resource = kind().isEmpty() ? config : kind() + " " + namespace() + "/" + name();
        return field.isEmpty() ? resource : resource + " " + field;
    }
}
