package dev.lateen.istiod.kubernetes.status;

import dev.lateen.api.networking.ServiceEntry;
import dev.lateen.api.resource.ResourceKey;
import dev.lateen.istiod.discovery.ProxyStatus;
import dev.lateen.istiod.input.ConfigObject;
import dev.lateen.istiod.input.ObjectFate;
import dev.lateen.istiod.input.ObjectKey;
import dev.lateen.istiod.model.MeshSnapshot;
import dev.lateen.istiod.persistent.PersistentMap;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What there is to say of objects.
 *
 * @param told what became of each
 * @param connected the proxies that are connected
 * @param mesh the snapshot in force
 * @param objects all objects in force
 */
public record MeshFacts(
        Supplier<PersistentMap<ObjectKey, ObjectFate>> told,
        Supplier<? extends Collection<ProxyStatus>> connected,
        Supplier<@Nullable MeshSnapshot> mesh,
        Supplier<PersistentMap<ObjectKey, ConfigObject>> objects) {
    PersistentMap<ObjectKey, ObjectFate> fates() {
        return told.get();
    }

    List<ProxyStatus> proxies() {
        return List.copyOf(connected.get());
    }

    /** Whether a config is what proxies are sent. */
    boolean isPublished(long version) {
        MeshSnapshot snapshot = mesh.get();
        return snapshot != null && snapshot.version() >= version;
    }

    /** The addresses that hosts of a ServiceEntry got which have none. */
    Map<String, String> addresses(ResourceKey entry) {
        MeshSnapshot snapshot = mesh.get();
        ConfigObject object = objects.get().get(new ObjectKey("", entry));
        Map<String, String> addresses = new HashMap<>();
        if (snapshot == null || object == null) {
            return addresses;
        }
        object.as(ServiceEntry.class)
                .ifPresent(resource -> resource.spec()
                        .hosts()
                        .forEach(host -> snapshot.registry().services(host).stream()
                                .filter(service -> !service.kubernetes()
                                        && service.namespace().equals(entry.namespace())
                                        && !service.autoAddress().isEmpty())
                                .forEach(service -> addresses.put(host, service.autoAddress()))));
        return addresses;
    }
}
