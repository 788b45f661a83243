package dev.lateen.install.run;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvFromSource;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.EnvVarSource;
import io.fabric8.kubernetes.api.model.ObjectFieldSelector;
import io.fabric8.kubernetes.api.model.Secret;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The variables of a container: its own, those of ConfigMaps and Secrets, those about the pod, with {@code $(NAME)} replaced as Kubernetes does. Pure. */
final class PodEnvironment {
    private final Map<String, Map<String, String>> configMaps = new HashMap<>();
    private final Map<String, Map<String, String>> secrets = new HashMap<>();

    PodEnvironment(Manifests manifests) {
        manifests
                .of(ConfigMap.class)
                .forEach(map -> configMaps.put(
                        map.getMetadata().getNamespace() + "/"
                                + map.getMetadata().getName(),
                        map.getData() == null ? Map.of() : map.getData()));
        manifests
                .of(Secret.class)
                .forEach(secret -> secrets.put(
                        secret.getMetadata().getNamespace() + "/"
                                + secret.getMetadata().getName(),
                        values(secret)));
    }

    Map<String, String> of(PodPlan pod, Container container, String podAddress) {
        Map<String, String> environment = new LinkedHashMap<>();
        if (container.getEnvFrom() != null) {
            container.getEnvFrom().forEach(source -> addAll(environment, pod, source));
        }
        if (container.getEnv() != null) {
            for (EnvVar variable : container.getEnv()) {
                String value = variable.getValueFrom() != null
                        ? valueFrom(pod, variable.getValueFrom(), podAddress)
                        : expand(variable.getValue() == null ? "" : variable.getValue(), environment);
                if (value != null) {
                    environment.put(variable.getName(), value);
                }
            }
        }
        environment.putIfAbsent("HOSTNAME", pod.name());
        return environment;
    }

    /** What a container's variables refer to and isn't there, as a kubelet would refuse it; empty if all is. */
    String missing(PodPlan pod, Container container) {
        if (container.getEnvFrom() != null) {
            for (EnvFromSource source : container.getEnvFrom()) {
                String missing = missing(pod, source);
                if (!missing.isEmpty()) {
                    return "envFrom: " + missing;
                }
            }
        }
        if (container.getEnv() != null) {
            for (EnvVar variable : container.getEnv()) {
                String missing = variable.getValueFrom() == null ? "" : missing(pod, variable.getValueFrom());
                if (!missing.isEmpty()) {
                    return "env " + variable.getName() + ": " + missing;
                }
            }
        }
        return "";
    }

    private String missing(PodPlan pod, EnvFromSource source) {
        var map = source.getConfigMapRef();
        if (map != null) {
            return has(configMaps, pod, map.getName(), null, map.getOptional())
                    ? ""
                    : "no ConfigMap " + pod.namespace() + "/" + map.getName();
        }
        var secret = source.getSecretRef();
        return secret == null || has(secrets, pod, secret.getName(), null, secret.getOptional())
                ? ""
                : "no Secret " + pod.namespace() + "/" + secret.getName();
    }

    private String missing(PodPlan pod, EnvVarSource source) {
        var map = source.getConfigMapKeyRef();
        if (map != null) {
            return has(configMaps, pod, map.getName(), map.getKey(), map.getOptional())
                    ? ""
                    : "no ConfigMap " + pod.namespace() + "/" + map.getName() + " with a key " + map.getKey();
        }
        var secret = source.getSecretKeyRef();
        return secret == null || has(secrets, pod, secret.getName(), secret.getKey(), secret.getOptional())
                ? ""
                : "no Secret " + pod.namespace() + "/" + secret.getName() + " with a key " + secret.getKey();
    }

    private static boolean has(
            Map<String, Map<String, String>> all,
            PodPlan pod,
            String name,
            @Nullable String key,
            @Nullable Boolean optional) {
        Map<String, String> values = all.get(pod.namespace() + "/" + name);
        return Boolean.TRUE.equals(optional) || (values != null && (key == null || values.containsKey(key)));
    }

    /** Replaces {@code $(NAME)} by a variable's value and {@code $$} by a dollar; what isn't known stays as it is. */
    static String expand(String text, Map<String, String> environment) {
        if (text.indexOf('$') < 0) {
            return text;
        }
        var expanded = new StringBuilder();
        int at = 0;
        while (at < text.length()) {
            int end = text.startsWith("$(", at) ? text.indexOf(')', at) : -1;
            String value = end < 0 ? null : environment.get(text.substring(at + 2, end));
            if (text.startsWith("$$", at)) {
                expanded.append('$');
                at += 2;
            } else if (value != null) {
                expanded.append(value);
                at = end + 1;
            } else {
                expanded.append(text.charAt(at++));
            }
        }
        return expanded.toString();
    }

    private void addAll(Map<String, String> environment, PodPlan pod, EnvFromSource source) {
        String prefix = source.getPrefix() == null ? "" : source.getPrefix();
        Map<String, String> values = Map.of();
        if (source.getConfigMapRef() != null) {
            values = configMaps.getOrDefault(
                    pod.namespace() + "/" + source.getConfigMapRef().getName(), Map.of());
        } else if (source.getSecretRef() != null) {
            values = secrets.getOrDefault(
                    pod.namespace() + "/" + source.getSecretRef().getName(), Map.of());
        }
        values.forEach((name, value) -> environment.put(prefix + name, value));
    }

    private @Nullable String valueFrom(PodPlan pod, EnvVarSource source, String podAddress) {
        if (source.getFieldRef() != null) {
            return field(pod, source.getFieldRef(), podAddress);
        }
        if (source.getConfigMapKeyRef() != null) {
            return configMaps
                    .getOrDefault(
                            pod.namespace() + "/" + source.getConfigMapKeyRef().getName(), Map.of())
                    .get(source.getConfigMapKeyRef().getKey());
        }
        if (source.getSecretKeyRef() != null) {
            return secrets.getOrDefault(
                            pod.namespace() + "/" + source.getSecretKeyRef().getName(), Map.of())
                    .get(source.getSecretKeyRef().getKey());
        }
        return null;
    }

    private static @Nullable String field(PodPlan pod, ObjectFieldSelector selector, String podAddress) {
        String path = selector.getFieldPath();
        return switch (path) {
            case "metadata.name" -> pod.name();
            case "metadata.namespace" -> pod.namespace();
            case "metadata.uid" -> pod.key();
            case "spec.serviceAccountName" -> pod.serviceAccount();
            case "spec.nodeName" -> "localhost";
            case "status.podIP", "status.podIPs" -> podAddress;
            case "status.hostIP", "status.hostIPs" -> "127.0.0.1";
            default ->
                keyed(
                        path,
                        "metadata.labels",
                        pod.labels(),
                        keyed(path, "metadata.annotations", pod.annotations(), null));
        };
    }

    /** The value for a path such as {@code metadata.labels['app']}. */
    private static @Nullable String keyed(
            String path, String prefix, Map<String, String> values, @Nullable String otherwise) {
        boolean matches = path.startsWith(prefix + "['") && path.endsWith("']");
        return matches ? values.get(path.substring(prefix.length() + 2, path.length() - 2)) : otherwise;
    }

    private static Map<String, String> values(Secret secret) {
        Map<String, String> values = new HashMap<>();
        if (secret.getData() != null) {
            secret.getData().forEach((key, encoded) -> {
                try {
                    values.put(key, new String(Base64.getMimeDecoder().decode(encoded), StandardCharsets.UTF_8));
                } catch (IllegalArgumentException notBase64) {
                    values.put(key, "");
                }
            });
        }
        if (secret.getStringData() != null) {
            values.putAll(secret.getStringData());
        }
        return values;
    }
}
