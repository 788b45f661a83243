package dev.lateen.istiod.config;

import dev.lateen.api.mesh.MeshConfig;
import dev.lateen.api.resource.Resource;
import dev.lateen.istiod.config.ConfigChange.Kind;
import dev.lateen.istiod.config.ConfigChange.ResourceChange;
import dev.lateen.istiod.registry.KubernetesDocument;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

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

    /** The next config, with the objects of the old one wherever nothing changed, so that whoever remembers by identity need not look. */
    static ConfigInput share(ConfigInput before, MeshConfig mesh, Assembly assembly) {
        Known<Resource<?>> known = new Known<>(before.resources(), resource -> resource);
        List<Resource<?>> resources =
                assembly.resources().stream().<Resource<?>>map(known::same).toList();
        Known<KubernetesDocument> documents = new Known<>(before.documents(), KubernetesDocument::body);
        return new ConfigInput(
                before.version() + 1,
                mesh.equals(before.mesh()) ? before.mesh() : mesh,
                resources,
                assembly.documents().stream().map(documents::same).toList());
    }

    /** What was there before. Most of it comes again as the very object (or around it), which is found out without a look into it. */
    private static final class Known<T> {
        private final List<T> all;
        private final Function<T, Object> core;
        private final IdentityHashMap<Object, T> byCore = new IdentityHashMap<>();
        private @Nullable Map<T, T> byContent;

        Known(List<T> all, Function<T, Object> core) {
            this.all = all;
            this.core = core;
            all.forEach(one -> byCore.put(core.apply(one), one));
        }

        T same(T now) {
            T was = byCore.get(core.apply(now));
            return was != null && was.equals(now) ? was : byContent().getOrDefault(now, now);
        }

        private Map<T, T> byContent() {
            Map<T, T> contents = byContent;
            if (contents == null) {
                contents = new HashMap<>();
                for (T one : all) {
                    contents.put(one, one);
                }
                byContent = contents;
            }
            return contents;
        }
    }
}
