package dev.lateen.proxy.model;

/**
 * The user's resource that a part of the configuration came from, as Istio writes it to {@code filter_metadata["istio"]["config"]}.
 *
 * @param config such as {@code /apis/networking.istio.io/v1/namespaces/default/virtual-service/reviews}, empty when nothing was said
 */
public record Provenance(String config) {
    /** Nothing was said. */
    public static final Provenance NONE = new Provenance("");
}
