package dev.lateen.istiod.translate.route;

import dev.lateen.istiod.model.EgressListener;
import dev.lateen.istiod.model.Hosts;
import dev.lateen.istiod.model.RoutingRule;
import dev.lateen.istiod.persistent.ListChange;
import dev.lateen.istiod.persistent.PersistentIndex;
import dev.lateen.istiod.persistent.PersistentMap;
import dev.lateen.istiod.registry.Service;
import dev.lateen.istiod.translate.resource.SameObject;
import io.envoyproxy.envoy.config.route.v3.Route;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Takes a change into what a listener brings into a route configuration: of all its hosts only those are made again that the change may touch. Used once, by one thread. */
final class ListenerUpdate {
    private final int number;
    private final ListenerHosts before;
    private final EgressListener listener;
    private final RuleIndex rules;
    private final SidecarHosts maker;
    private final RouteDrafts drafts;
    private final Set<String> touched = new LinkedHashSet<>();
    private final Set<RoutingRule> asked = Collections.newSetFromMap(new IdentityHashMap<>());
    private PersistentMap<String, Service> services;
    private PersistentMap<String, ListenerHosts.Called> called;
    private PersistentIndex<String, String> followers;
    private PersistentMap<SameObject<RoutingRule>, List<HostDraft>> unknown;

    /**
     * An update of one listener.
     *
     * @param number the listener's among those of the configuration
     * @param listener as it is now
     * @param rules its rules
     * @param drafts gets what comes and goes
     */
    ListenerUpdate(
            int number,
            ListenerHosts before,
            EgressListener listener,
            RuleIndex rules,
            SidecarHosts maker,
            RouteDrafts drafts) {
        this.number = number;
        this.before = before;
        this.listener = listener;
        this.rules = rules;
        this.maker = maker;
        this.drafts = drafts;
        this.services = before.services();
        this.called = before.called();
        this.followers = before.followers();
        this.unknown = before.unknown();
    }

    /** @param changed hosts of which something differs that may show in routes: services, their rules for clients, what they stand for */
    ListenerHosts with(Set<String> changed) {
        compareServices();
        touched.addAll(changed);
        ListChange<RoutingRule> edited = ListChange.between(before.rules().rules(), rules.rules());
        edited.all().forEach(this::touch);
        for (String host : changed) {
            before.rules().mentioning(host).forEach(this::touch);
        }
        touched.forEach(this::call);
        asked.forEach(this::declare);
        return new ListenerHosts(listener.services(), services, rules, called, followers, unknown);
    }

    private void compareServices() {
        ListChange<Service> change = ListChange.between(before.order(), listener.services());
        Map<String, Service> gone = new LinkedHashMap<>();
        change.removed().forEach(service -> gone.put(service.hostname(), service));
        for (Service service : change.added()) {
            // A service that a Sidecar narrows to a port is another object each time.
            if (!service.equals(gone.remove(service.hostname()))) {
                services = services.with(service.hostname(), service);
                touched.add(service.hostname());
            }
        }
        for (String host : gone.keySet()) {
            services = services.without(host);
            touched.add(host);
        }
    }

    /** All whose routes may be this rule's, or were. */
    private void touch(RoutingRule rule) {
        if (!asked.add(rule)) {
            return;
        }
        for (String host : RuleIndex.hosts(rule)) {
            if (!host.startsWith("*")) {
                touched.add(host);
                continue;
            }
            touched.addAll(before.followers().get(host));
            if (before.rules().rules(host).isEmpty()) {
                services.forEach((name, _) -> {
                    if (Hosts.within(name, host)) {
                        touched.add(name);
                    }
                });
            }
        }
    }

    private void call(String host) {
        ListenerHosts.Called was = before.called().get(host);
        if (was != null) {
            was.drafts().forEach(drafts::remove);
            if (was.followed() != null) {
                followers = followers.without(was.followed(), host);
                asked.addAll(rules.rules(was.followed()));
            }
        }
        Service service = services.get(host);
        List<CalledHost> hosts = service == null ? List.of() : maker.called(listener, service);
        if (hosts.isEmpty()) {
            called = called.without(host);
            return;
        }
        String followed = rules.followed(host);
        List<RoutingRule> mine = rules.rules(followed);
        List<HostDraft> made = new ArrayList<>();
        for (int i = 0; i < hosts.size(); i++) {
            made.add(draft(hosts.get(i), mine, followed, i));
        }
        called = called.with(host, new ListenerHosts.Called(followed, made));
        if (followed != null) {
            followers = followers.with(followed, host);
            asked.addAll(mine);
        }
    }

    /** The first rule with a route for the host has it. */
    private HostDraft draft(CalledHost host, List<RoutingRule> mine, @Nullable String followed, int place) {
        List<String> domains = maker.domains(host);
        for (RoutingRule rule : mine) {
            List<Route> routes = maker.routes(host, rule);
            if (!routes.isEmpty() && followed != null) {
                return drafts.add(new HostDraft(number, host, rule, followed, place, domains), routes);
            }
        }
        return drafts.add(new HostDraft(number, host, null, "", place, domains), maker.routes(host, null));
    }

    /** What a rule has for hosts that no registry knows. */
    private void declare(RoutingRule rule) {
        SameObject<RoutingRule> key = new SameObject<>(rule);
        unknown.getOrDefault(key, List.of()).forEach(drafts::remove);
        List<HostDraft> made = rules.holds(rule) ? declared(rule) : List.of();
        unknown = unknown.withOrWithout(key, made.isEmpty() ? null : made);
    }

    private List<HostDraft> declared(RoutingRule rule) {
        Set<String> known = new LinkedHashSet<>();
        List<String> others = new ArrayList<>();
        for (String host : RuleIndex.hosts(rule)) {
            if (called.containsKey(host) || followers.count(host) > 0) {
                known.add(host);
            } else if (maker.view().scope().service(host).isEmpty()) {
                others.add(host);
            }
        }
        List<HostDraft> made = new ArrayList<>();
        for (String host : others) {
            for (int served : ports(known)) {
                CalledHost one = new CalledHost(null, host, served);
                List<Route> routes = maker.routes(one, rule);
                if (!routes.isEmpty()) {
                    made.add(drafts.add(new HostDraft(number, one, rule, host, 0, maker.domains(one)), routes));
                }
            }
        }
        return made;
    }

    // A host that no registry knows is served where the rule's other hosts are, else on port 80, where plain names
    // are called.
    private Set<Integer> ports(Set<String> known) {
        Set<Integer> ports = new TreeSet<>();
        for (String host : known) {
            for (String follower : followers.get(host)) {
                ListenerHosts.Called one = called.get(follower);
                if (one != null) {
                    one.drafts().forEach(draft -> ports.add(draft.called().port()));
                }
            }
        }
        if (ports.isEmpty() && (maker.port() == 80 || maker.port() == 0)) {
            ports.add(80);
        }
        return ports;
    }
}
