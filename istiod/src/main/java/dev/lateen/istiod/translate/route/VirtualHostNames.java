package dev.lateen.istiod.translate.route;

import dev.lateen.istiod.registry.Service;
import dev.lateen.istiod.translate.view.ProxyView;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** The names under which a client may call a service. */
final class VirtualHostNames {
    private static final String SVC = ".svc.cluster.local";
    private final ProxyView view;

    VirtualHostNames(ProxyView view) {
        this.view = view;
    }

    /** All names of a service and of its aliases, without ports. */
    List<String> of(Service service) {
        Set<String> names = new LinkedHashSet<>(of(service.hostname()));
        for (Service alias : view.snapshot().registry().aliasesOf(service.hostname())) {
            if (alias.visibleTo(view.scope().namespace())) {
                names.addAll(of(alias.hostname()));
            }
        }
        if (service.headless()) {
            List.copyOf(names).forEach(name -> names.add("*." + name));
        }
        for (String address : view.addresses(service)) {
            if (!address.contains("/") && !address.equals("0.0.0.0")) {
                names.add(address.indexOf(':') >= 0 ? "[" + address + "]" : address);
            }
        }
        return List.copyOf(names);
    }

    /** All names of a pod that a headless service's clients call by its own name. */
    List<String> ofPod(String pod, Service service) {
        return of(service.hostname()).stream().map(name -> pod + "." + name).toList();
    }

    /** A host in its full, absolute and shorter forms; short names mean the caller's own namespace. */
    List<String> of(String hostname) {
        List<String> names = new ArrayList<>();
        names.add(hostname);
        if (hostname.startsWith("*") && !hostname.startsWith("*.")) {
            return names;
        }
        names.add(hostname + ".");
        if (hostname.endsWith(SVC)) {
            String rest = hostname.substring(0, hostname.length() - SVC.length());
            int dot = rest.lastIndexOf('.');
            if (dot > 0) {
                if (rest.substring(dot + 1).equals(view.scope().namespace())) {
                    names.add(rest.substring(0, dot));
                }
                names.add(rest + ".svc");
                names.add(rest);
            }
        }
        return names;
    }
}
