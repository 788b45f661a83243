package dev.lateen.api.yaml;

import dev.lateen.api.resource.Resource;
import dev.lateen.api.resource.Spec;
import java.util.List;

/**
 * What was read from one text.
 *
 * @param resources Istio's resources without an error, in order
 * @param documents resources of other groups, in order
 * @param problems errors and warnings, in order
 */
public record Reading(List<Resource<?>> resources, List<RawDocument> documents, List<Problem> problems) {
    /** Whether nothing was refused. */
    public boolean accepted() {
        return problems.stream().noneMatch(Problem::isError);
    }

    /** The resources of one kind. */
    public <S extends Spec> List<Resource<S>> of(Class<S> kind) {
        return resources.stream().flatMap(r -> r.as(kind).stream()).toList();
    }
}
