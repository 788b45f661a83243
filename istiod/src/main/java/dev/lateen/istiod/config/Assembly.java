package dev.lateen.istiod.config;

import dev.lateen.api.resource.Origin;
import dev.lateen.api.resource.Resource;
import dev.lateen.api.yaml.Problem;
import dev.lateen.api.yaml.RawDocument;
import dev.lateen.api.yaml.Reading;
import dev.lateen.istiod.registry.KubernetesDocument;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * All readings put together, and what is wrong with the whole. Pure.
 *
 * @param resources of Istio's kinds
 * @param documents of all other kinds
 * @param problems of single files, duplicates, references and Secrets
 */
record Assembly(List<Resource<?>> resources, List<KubernetesDocument> documents, List<Problem> problems) {

    static Assembly of(Collection<Reading> readings) {
        List<Resource<?>> resources = new ArrayList<>();
        List<KubernetesDocument> documents = new ArrayList<>();
        List<Problem> problems = new ArrayList<>();
        Map<String, Origin> places = new HashMap<>();
        for (Reading reading : readings) {
            problems.addAll(reading.problems());
            for (Resource<?> resource : reading.resources()) {
                resources.add(resource);
                String key = resource.key().group() + "/" + resource.key();
                checkUnique(
                        places, key, resource.key().toString(), resource.meta().origin(), problems);
            }
            for (RawDocument document : reading.documents()) {
                documents.add(new KubernetesDocument(document.node(), document.origin()));
                String name = document.kind() + " " + namespace(document) + "/" + document.name();
                checkUnique(places, document.group() + "/" + name, name, document.origin(), problems);
            }
        }
        problems.addAll(ReferenceChecks.check(resources, KnownHosts.of(resources, documents)));
        problems.addAll(SecretChecks.check(documents));
        problems.addAll(CredentialChecks.check(resources, documents));
        return new Assembly(resources, documents, List.copyOf(problems));
    }

    private static String namespace(RawDocument document) {
        return document.namespace().isEmpty() ? "default" : document.namespace();
    }

    private static void checkUnique(
            Map<String, Origin> places, String key, String name, Origin origin, List<Problem> problems) {
        Origin first = places.putIfAbsent(key, origin);
        if (first != null) {
            problems.add(new Problem(
                    Problem.Severity.ERROR,
                    origin,
                    origin.line(),
                    name,
                    "metadata.name",
                    "the same resource as in " + first,
                    "one resource of a kind, namespace and name"));
        }
    }

    boolean isGood() {
        return problems.stream().noneMatch(Problem::isError);
    }
}
