package dev.lateen.api.resource;

/** What tells one resource from all others; the version is no part of it. */
public record ResourceKey(String group, String kind, String namespace, String name) {
    @Override
    public String toString() {
        return kind + " " + namespace + "/" + name;
    }
}
