package dev.lateen.istiod.translate;

import dev.lateen.istiod.registry.Service;
import dev.lateen.istiod.translate.resource.PerService;
import dev.lateen.istiod.translate.resource.XdsResource;
import dev.lateen.istiod.translate.view.Basis;
import dev.lateen.istiod.translate.view.ProxyView;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Resources of one type of all services that some proxies may call, of one snapshot. Immutable.
 *
 * @param basis what they were made from
 */
record CalledResources(Basis basis, PerService resources) {
    /**
     * Those of a snapshot.
     *
     * @param before those of an earlier one; null for none
     * @param of makes one service's
     */
    static CalledResources of(
            ProxyView view, @Nullable CalledResources before, Function<Service, List<XdsResource>> of) {
        Basis now = Basis.of(view);
        List<Service> services = view.scope().services();
        if (before == null || !now.callsAlike(before.basis)) {
            return new CalledResources(now, PerService.of(services, of));
        }
        if (now.callsAs(before.basis)) {
            return before;
        }
        return new CalledResources(
                now,
                before.resources.next(services, now.changedSince(before.basis).all(_ -> true), of));
    }

    List<XdsResource> all() {
        return resources.all();
    }
}
