package dev.lateen.injector.overlay;

import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.EnvVarBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Variables of a container, in the order in which they are added. */
final class Variables {
    private final List<EnvVar> all = new ArrayList<>();

    List<EnvVar> list() {
        return all;
    }

    /** An empty value is left out, which means the same. */
    Variables value(String name, String value) {
        all.add(new EnvVarBuilder()
                .withName(name)
                .withValue(value.isEmpty() ? null : value)
                .build());
        return this;
    }

    Variables valueUnlessEmpty(String name, String value) {
        return value.isEmpty() ? this : value(name, value);
    }

    Variables values(Map<String, String> values) {
        values.forEach(this::value);
        return this;
    }

    /** What the kubelet knows of the pod. */
    Variables field(String name, String path) {
        all.add(new EnvVarBuilder()
                .withName(name)
                .withNewValueFrom()
                .withNewFieldRef()
                .withFieldPath(path)
                .endFieldRef()
                .endValueFrom()
                .build());
        return this;
    }

    /** What the kubelet knows of the container. */
    Variables resource(String name, String resource) {
        all.add(new EnvVarBuilder()
                .withName(name)
                .withNewValueFrom()
                .withNewResourceFieldRef()
                .withResource(resource)
                .withDivisor(new Quantity("1"))
                .endResourceFieldRef()
                .endValueFrom()
                .build());
        return this;
    }
}
