package dev.lateen.istiod.kubernetes.watch;

import dev.lateen.api.schema.ApiKind;
import io.fabric8.kubernetes.api.model.APIGroup;
import io.fabric8.kubernetes.api.model.APIResource;
import io.fabric8.kubernetes.api.model.APIResourceList;
import io.fabric8.kubernetes.api.model.GroupVersionForDiscovery;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Finds out which of Istio's kinds an API server serves, and in which version. */
final class ServedKinds {
    private static final int NOT_FOUND = 404;

    private ServedKinds() {}

    /**
     * The version in which each kind is served that is; the preferred one if there are several. Waits for the API server.
     *
     * @throws KubernetesClientException if it can't be asked
     */
    static Map<ApiKind, String> among(Collection<ApiKind> kinds, KubernetesClient client) {
        Set<String> groups = new LinkedHashSet<>();
        kinds.forEach(kind -> groups.add(kind.group()));
        Map<ApiKind, String> served = new HashMap<>();
        for (String group : groups) {
            Map<String, Set<String>> plurals = plurals(group, client);
            for (ApiKind kind : kinds) {
                if (kind.group().equals(group)) {
                    List.of(kind.versions()).stream()
                            .filter(version ->
                                    plurals.getOrDefault(version, Set.of()).contains(kind.plural()))
                            .findFirst()
                            .ifPresent(version -> served.put(kind, version));
                }
            }
        }
        return served;
    }

    /** The plurals of the kinds of a group, by version. */
    private static Map<String, Set<String>> plurals(String group, KubernetesClient client) {
        Map<String, Set<String>> plurals = new HashMap<>();
        for (String version : versions(group, client)) {
            try {
                APIResourceList resources = client.getApiResources(group + "/" + version);
                Set<String> names = new LinkedHashSet<>();
                if (resources != null) {
                    resources.getResources().stream().map(APIResource::getName).forEach(names::add);
                }
                plurals.put(version, names);
            } catch (KubernetesClientException e) {
                orAbsent(e);
            }
        }
        return plurals;
    }

    private static List<String> versions(String group, KubernetesClient client) {
        List<String> versions = new ArrayList<>();
        try {
            APIGroup found = client.getApiGroup(group);
            if (found != null && found.getVersions() != null) {
                found.getVersions().stream()
                        .map(GroupVersionForDiscovery::getVersion)
                        .forEach(versions::add);
            }
        } catch (KubernetesClientException e) {
            orAbsent(e);
        }
        return versions;
    }

    private static void orAbsent(KubernetesClientException e) {
        if (e.getCode() != NOT_FOUND) {
            throw e;
        }
    }
}
