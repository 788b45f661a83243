package dev.lateen.istiod.translate;

import dev.lateen.istiod.registry.Registry;
import dev.lateen.istiod.registry.Service;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The endpoint resources of all services that some proxies may call, and where each service's are among them. Immutable.
 *
 * @param registry what they are made from
 * @param all in the order of the services
 * @param places the first of a service's, and how many it has, by the service's identity
 */
record EndpointList(Registry registry, List<XdsResource> all, Map<Identity<Service>, Place> places) {
    /** Where some resources are. */
    record Place(int from, int count) {}

    /** @param of the resources of one service */
    static EndpointList of(Registry registry, List<Service> services, Function<Service, List<XdsResource>> of) {
        List<XdsResource> all = new ArrayList<>();
        Map<Identity<Service>, Place> places = new HashMap<>();
        for (Service service : services) {
            List<XdsResource> some = of.apply(service);
            places.put(new Identity<>(service), new Place(all.size(), some.size()));
            all.addAll(some);
        }
        return new EndpointList(registry, Collections.unmodifiableList(all), places);
    }

    /**
     * The same services' resources by another registry: only those are made that may differ. Null if the services have other resources, or more or fewer.
     */
    @SuppressWarnings(
            "ReferenceEquality") // A registry is itself and no other; a resource that did not change is the same
    // object.
    @Nullable
    EndpointList by(Registry now, Function<Service, List<XdsResource>> of) {
        if (now == registry) {
            return this;
        }
        List<XdsResource> next = null;
        for (Service service : now.servedOtherwiseThan(registry)) {
            Place place = places.get(new Identity<>(service));
            List<XdsResource> some = place == null ? List.of() : of.apply(service);
            if (place != null && some.size() != place.count) {
                return null;
            }
            for (int i = 0; i < some.size(); i++) {
                int at = java.util.Objects.requireNonNull(place).from + i;
                if (all.get(at) != some.get(i)) {
                    next = next == null ? new ArrayList<>(all) : next;
                    next.set(at, some.get(i));
                }
            }
        }
        return new EndpointList(now, next == null ? all : Collections.unmodifiableList(next), places);
    }
}
