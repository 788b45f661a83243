package dev.lateen.istiod.input;

import dev.lateen.api.resource.Origin;
import dev.lateen.api.resource.Resource;
import dev.lateen.api.yaml.Problem;
import dev.lateen.api.yaml.RawDocument;
import dev.lateen.api.yaml.Reading;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * All readings put together, and what is wrong with the whole. Pure.
 *
 * @param resources of Istio's kinds
 * @param documents of all other kinds
 * @param problems of single files, duplicates, references and Secrets
 */
public record Assembly(List<Resource<?>> resources, List<RawDocument> documents, List<Problem> problems) {

    /** Puts readings together, the later one before the earlier where both say a thing. */
    public static Assembly of(Collection<Reading> readings) {
        Together together = new Together();
        readings.forEach(together::add);
        List<Resource<?>> resources = List.copyOf(together.resources.values());
        List<RawDocument> documents = List.copyOf(together.documents.values());
        List<Problem> problems = together.problems;
        problems.addAll(ReferenceChecks.check(resources, KnownHosts.of(resources, documents)));
        problems.addAll(SecretChecks.check(documents));
        problems.addAll(CredentialChecks.check(resources, documents));
        return new Assembly(resources, documents, List.copyOf(problems));
    }

    /** What was read so far, one of each kind, namespace and name: of two the later one counts, as if both were applied one after the other. */
    private static final class Together {
        private final Map<String, Resource<?>> resources = new LinkedHashMap<>();
        private final Map<String, RawDocument> documents = new LinkedHashMap<>();
        private final List<Problem> problems = new ArrayList<>();

        void add(Reading reading) {
            problems.addAll(reading.problems());
            for (Resource<?> resource : reading.resources()) {
                Resource<?> earlier = resources.put(resource.key().group() + "/" + resource.key(), resource);
                if (earlier != null) {
                    tell(
                            resource.key().toString(),
                            earlier.meta().origin(),
                            resource.meta().origin());
                }
            }
            for (RawDocument document : reading.documents()) {
                RawDocument earlier = documents.put(document.group() + "/" + document.title(), document);
                if (earlier != null) {
                    tell(document.title(), earlier.origin(), document.origin());
                }
            }
        }

        private void tell(String name, Origin earlier, Origin later) {
            problems.add(new Problem(
                    Problem.Severity.WARNING,
                    later,
                    later.line(),
                    name,
                    "metadata.name",
                    "the same resource as in " + earlier + ", which it takes the place of, as with kubectl apply",
                    "one resource of a kind, namespace and name"));
        }
    }

    /** Whether nothing in it is refused. */
    public boolean isGood() {
        return problems.stream().noneMatch(Problem::isError);
    }
}
