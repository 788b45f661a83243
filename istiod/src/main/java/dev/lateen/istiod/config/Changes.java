package dev.lateen.istiod.config;

import dev.lateen.api.resource.Resource;
import dev.lateen.istiod.config.ConfigChange.Kind;
import dev.lateen.istiod.config.ConfigChange.ResourceChange;
import dev.lateen.istiod.registry.KubernetesDocument;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What tells two configs apart, resource by resource. Pure. */
final class Changes {
    /** One resource whatever its kind: what it says, and where. */
    private record Entry(Object says, String file) {}

    private Changes() {}

    static List<ResourceChange> between(ConfigInput before, ConfigInput after) {
        Map<String, Entry> old = entries(before);
        List<ResourceChange> changes = new ArrayList<>();
        entries(after).forEach((name, entry) -> {
            Entry was = old.remove(name);
            if (was == null) {
                changes.add(new ResourceChange(Kind.ADDED, name, entry.file));
            } else if (!was.says.equals(entry.says)) {
                changes.add(new ResourceChange(Kind.CHANGED, name, entry.file));
            }
        });
        old.forEach((name, entry) -> changes.add(new ResourceChange(Kind.REMOVED, name, entry.file)));
        return changes;
    }

    private static Map<String, Entry> entries(ConfigInput input) {
        Map<String, Entry> entries = new LinkedHashMap<>();
        for (Resource<?> resource : input.resources()) {
            Object says = List.of(
                    resource.spec(), resource.meta().labels(), resource.meta().annotations());
            entries.put(
                    resource.key().toString(),
                    new Entry(says, resource.meta().origin().source()));
        }
        for (KubernetesDocument document : input.documents()) {
            var metadata = document.body().path("metadata");
            String name = document.body().path("kind").asString("") + " "
                    + metadata.path("namespace").asString("default") + "/"
                    + metadata.path("name").asString("");
            entries.put(name, new Entry(document.body(), document.origin().source()));
        }
        return entries;
    }

    /** The new config with the objects of the old one wherever nothing changed, so that whoever remembers by identity need not look. */
    static ConfigInput share(ConfigInput before, long version, Assembly assembly) {
        Map<Object, Object> known = new HashMap<>();
        before.resources().forEach(resource -> known.put(resource, resource));
        before.documents().forEach(document -> known.put(document, document));
        List<Resource<?>> resources = new ArrayList<>();
        assembly.resources().forEach(resource -> resources.add((Resource<?>) known.getOrDefault(resource, resource)));
        List<KubernetesDocument> documents = new ArrayList<>();
        assembly.documents()
                .forEach(document -> documents.add((KubernetesDocument) known.getOrDefault(document, document)));
        return new ConfigInput(version, resources, documents);
    }
}
