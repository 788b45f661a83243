package dev.lateen.istiod.translate.route;

import dev.lateen.istiod.translate.resource.Answers;
import dev.lateen.istiod.translate.resource.Interner;
import dev.lateen.istiod.translate.resource.XdsResource;
import dev.lateen.istiod.translate.view.ProxyView;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The route configurations of a proxy. */
public final class RouteTranslator {
    private final ProxyView view;
    private final Answers answers;
    private final Interner interner;
    private final Object lineage;
    private final Object routed;

    /**
     * The route configurations of a proxy.
     *
     * @param lineage what proxies have in common whose configurations are the same at any one time
     * @param routed what shows in routes at this time
     */
    public RouteTranslator(ProxyView view, Answers answers, Interner interner, Object lineage, Object routed) {
        this.view = view;
        this.answers = answers;
        this.interner = interner;
        this.lineage = lineage;
        this.routed = routed;
    }

    private record Named(String name, Object by) {}

    /** The names of all route configurations that its listeners ask for. */
    public Set<String> names() {
        return view.gateway() ? new GatewayRoutes(view).names() : new SidecarRoutes(view).names();
    }

    /** The route configuration of this name; null when there is none. */
    @Nullable
    public XdsResource named(String name) {
        if (view.gateway()) {
            GatewayTable.Subject subject = new GatewayRoutes(view).subject(name);
            return subject == null ? null : ofGateway(subject);
        }
        Optional<SidecarRoutes.Subject> found = SidecarRoutes.Subject.of(name, view);
        if (found.isEmpty()) {
            return null;
        }
        SidecarRoutes routes = new SidecarRoutes(view);
        SidecarRoutes.Subject subject = found.get();
        if (!subject.host().isEmpty()) {
            return answers.one(
                    new Named(name, routed), () -> interner.one(routes.ofOneService(name, subject, rules())));
        }
        return answers.evolved(
                        EvolvingRoutes.class,
                        new Named(name, lineage),
                        before -> routes.ofAll(name, subject, rules(), before))
                .resource();
    }

    private XdsResource ofGateway(GatewayTable.Subject subject) {
        return answers.evolved(
                        GatewayTable.class,
                        new Named(subject.name(), lineage),
                        before -> GatewayTable.of(view, subject, rules().ofGateways(), before))
                .resource();
    }

    private RuleIndexes rules() {
        return answers.evolved(RuleIndexes.class, lineage, before -> RuleIndexes.of(view, before));
    }
}
