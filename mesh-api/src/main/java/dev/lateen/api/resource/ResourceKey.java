package dev.lateen.api.resource;

/** What tells one resource from all others; the version is no part of it. Mesh config, of which there is one, has a kind alone. */
public record ResourceKey(String group, String kind, String namespace, String name) {
    /** The mesh config. */
    public static final ResourceKey MESH_CONFIG = new ResourceKey("", "MeshConfig", "", "");

    /** {@code VirtualService default/reviews}, as messages name it. */
    @Override
    public String toString() {
        return name.isEmpty() ? kind : kind + " " + namespace + "/" + name;
    }
}
