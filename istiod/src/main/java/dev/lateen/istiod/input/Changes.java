package dev.lateen.istiod.input;

import dev.lateen.api.mesh.MeshConfig;
import dev.lateen.api.resource.Resource;
import dev.lateen.api.yaml.RawDocument;
import dev.lateen.istiod.input.ConfigChange.Kind;
import dev.lateen.istiod.input.ConfigChange.ResourceChange;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What tells two configs apart, resource by resource. Pure. */
public final class Changes {
    /** One resource whatever its kind: what it says, and where. */
    private record Entry(Object says, String file) {}

    private Changes() {}

    /** What came, changed or went, by resource. */
    public static List<ResourceChange> between(ConfigInput before, ConfigInput after) {
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
        for (RawDocument document : input.documents()) {
            entries.put(
                    document.title(),
                    new Entry(document.node(), document.origin().source()));
        }
        return entries;
    }

    /** The next config, with the objects of the old one wherever nothing changed, so that whoever remembers by identity need not look. */
    public static ConfigInput share(ConfigInput before, MeshConfig mesh, Assembly assembly) {
        Known<Resource<?>> known = new Known<>(before.resources());
        List<Resource<?>> resources =
                assembly.resources().stream().<Resource<?>>map(known::same).toList();
        Known<RawDocument> documents = new Known<>(before.documents());
        return new ConfigInput(
                before.version() + 1,
                mesh.equals(before.mesh()) ? before.mesh() : mesh,
                resources,
                assembly.documents().stream().map(documents::same).toList());
    }

    /** What was there before. Most of it comes again as the very object, which is found out without a look into it. */
    private static final class Known<T> {
        private final List<T> all;
        private final Set<T> byIdentity = Collections.newSetFromMap(new IdentityHashMap<>());
        private @Nullable Map<T, T> byContent;

        Known(List<T> all) {
            this.all = all;
            byIdentity.addAll(all);
        }

        T same(T now) {
            return byIdentity.contains(now) ? now : byContent().getOrDefault(now, now);
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
