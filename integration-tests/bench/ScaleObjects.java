import java.util.ArrayList;
import java.util.List;

/**
 * The objects of a cluster of N services, as texts: twenty services a namespace, five pods and one EndpointSlice a service, fifty of Istio's objects a namespace (20 VirtualServices, 15 DestinationRules,
 * 8 AuthorizationPolicies, 4 ServiceEntries, a Gateway, a PeerAuthentication, and a Sidecar in every even namespace or a Telemetry in an odd one).
 */
final class ScaleObjects {
    static final int IN_A_NAMESPACE = 20;
    static final int PODS = 5;

    /**
     * @param path of the collection that it is made in
     * @param status whether it has a status that is written by itself
     */
    record Written(String path, String name, String text, boolean status) {}

    private ScaleObjects() {}

    static String namespace(int service) {
        return "shop-" + service / IN_A_NAMESPACE;
    }

    static String name(int service) {
        return "reviews-" + service;
    }

    static String pod(int service, int pod) {
        return name(service) + "-v" + (pod % 2 + 1) + "-6f4d5c-" + pod;
    }

    static String address(int service, int pod) {
        int i = service * PODS + pod;
        return "10." + (128 + i / 62_500) + "." + i / 250 % 250 + "." + (i % 250 + 1);
    }

    /** What a namespace needs before anything else. */
    static Written namespaceOf(int service) {
        return new Written("/api/v1/namespaces", namespace(service), """
            {"apiVersion":"v1","kind":"Namespace","metadata":{"name":"%s","labels":{"istio-injection":"enabled"}}}"""
                .formatted(namespace(service)), false);
    }

    static Written account(int service) {
        return core("serviceaccounts", service, name(service), """
            {"apiVersion":"v1","kind":"ServiceAccount","metadata":{"name":"%s","namespace":"%s"}}""".formatted(name(service), namespace(service)));
    }

    private static Written core(String plural, int service, String name, String text) {
        return new Written("/api/v1/namespaces/" + namespace(service) + "/" + plural, name, text, plural.equals("pods"));
    }

    /** Service, EndpointSlice and pods. */
    static List<Written> service(int service) {
        List<Written> all = new ArrayList<>();
        all.add(bare(service, name(service)));
        for (int pod = 0; pod < PODS; pod++) {
            all.add(pod(service, pod, address(service, pod)));
        }
        all.add(slice(service, address(service, PODS - 1)));
        return all;
    }

    /** A Service without endpoints. */
    static Written bare(int service, String name) {
        return core("services", service, name, """
            {"apiVersion":"v1","kind":"Service","metadata":{"name":"%1$s","namespace":"%2$s","labels":{"app":"%1$s"},
             "annotations":{"kubectl.kubernetes.io/last-applied-configuration":"%3$s"}},
             "spec":{"selector":{"app":"%1$s"},"ports":[{"name":"http","port":9080,"targetPort":8080},{"name":"grpc-admin","port":9090,"targetPort":9090}]}}"""
                .formatted(name, namespace(service), "x".repeat(300)));
    }

    /** A pod as a Deployment and the injection make it, and as its kubelet says that it is ready. On no node: no controller looks after it. */
    static Written pod(int service, int pod, String address) {
        String container = """
            "image":"example.org/app:1","env":[{"name":"JAVA_OPTS","value":"-Xmx256m"},{"name":"POD_NAME","valueFrom":{"fieldRef":{"fieldPath":"metadata.name"}}}],
             "resources":{"requests":{"cpu":"100m","memory":"128Mi"},"limits":{"cpu":"2","memory":"1Gi"}},"volumeMounts":[{"name":"state","mountPath":"/var/lib/state"}],
             "readinessProbe":{"httpGet":{"path":"/ready","port":8080}}""";
        return core("pods", service, pod(service, pod), """
            {"apiVersion":"v1","kind":"Pod","metadata":{"name":"%1$s","namespace":"%2$s",
             "labels":{"app":"%3$s","version":"v%4$d","pod-template-hash":"6f4d5c","security.istio.io/tlsMode":"istio","service.istio.io/canonical-name":"%3$s",
              "service.istio.io/canonical-revision":"v%4$d"},
             "annotations":{"sidecar.istio.io/status":"%5$s","prometheus.io/port":"15020","prometheus.io/scrape":"true"},
             "ownerReferences":[{"apiVersion":"apps/v1","kind":"ReplicaSet","name":"%3$s-v%4$d-6f4d5c","uid":"0b5b2f0a-5e3f-4a4f-9d0f-%6$012d","controller":true}]},
             "spec":{"serviceAccountName":"%3$s","volumes":[{"name":"state","emptyDir":{}}],"containers":[{"name":"app","ports":[{"containerPort":8080,"name":"web"}],%7$s},
              {"name":"istio-proxy","ports":[{"containerPort":15090,"name":"http-envoy-prom"}],%7$s}]},
             "status":{"phase":"Running","podIP":"%8$s","podIPs":[{"ip":"%8$s"}],"conditions":[{"type":"Ready","status":"True"},{"type":"ContainersReady","status":"True"},
              {"type":"Initialized","status":"True"},{"type":"PodScheduled","status":"True"}],"containerStatuses":[
              {"name":"app","ready":true,"restartCount":0,"image":"example.org/app:1","imageID":"a","started":true,"state":{"running":{}}},
              {"name":"istio-proxy","ready":true,"restartCount":0,"image":"example.org/app:1","imageID":"b","started":true,"state":{"running":{}}}]}}"""
                .formatted(pod(service, pod), namespace(service), name(service), pod % 2 + 1, "x".repeat(300), service, container, address));
    }

    /** @param last address of the last of its five endpoints */
    static Written slice(int service, String last) {
        StringBuilder endpoints = new StringBuilder();
        for (int pod = 0; pod < PODS; pod++) {
            endpoints.append(pod == 0 ? "" : ",").append("""
                {"addresses":["%s"],"conditions":{"ready":true,"serving":true,"terminating":false},"targetRef":{"kind":"Pod","name":"%s","namespace":"%s"}}"""
                    .formatted(pod == PODS - 1 ? last : address(service, pod), pod(service, pod), namespace(service)));
        }
        return new Written("/apis/discovery.k8s.io/v1/namespaces/" + namespace(service) + "/endpointslices", name(service) + "-x7k2p", """
            {"apiVersion":"discovery.k8s.io/v1","kind":"EndpointSlice","metadata":{"name":"%1$s-x7k2p","namespace":"%2$s","labels":{"kubernetes.io/service-name":"%1$s"}},
             "addressType":"IPv4","ports":[{"name":"http","port":8080,"protocol":"TCP"},{"name":"grpc-admin","port":9090,"protocol":"TCP"}],"endpoints":[%3$s]}"""
                .formatted(name(service), namespace(service), endpoints), false);
    }

    /** Istio's objects that come with a service; fifty for the twenty of a namespace. */
    static List<Written> istio(int service) {
        int k = service % IN_A_NAMESPACE;
        int n = service / IN_A_NAMESPACE;
        List<Written> all = new ArrayList<>();
        all.add(route(service, 5));
        if (k % 4 != 3) {
            all.add(networking("DestinationRule", "destinationrules", service, name(service), """
                {"host":"%s","trafficPolicy":{"connectionPool":{"http":{"http2MaxRequests":1000}},"outlierDetection":{"consecutive5xxErrors":5,"interval":"30s"}},
                 "subsets":[{"name":"v1","labels":{"version":"v1"}},{"name":"v2","labels":{"version":"v2"}}]}""".formatted(name(service))));
        }
        if (k < 8) {
            all.add(istio("security.istio.io", "AuthorizationPolicy", "authorizationpolicies", service, name(service), """
                {"selector":{"matchLabels":{"app":"%1$s"}},"action":"ALLOW","rules":[{"from":[{"source":{"principals":["cluster.local/ns/%2$s/sa/%1$s"]}}],
                 "to":[{"operation":{"methods":["GET","POST"],"paths":["/reviews/*"]}}]}]}""".formatted(name(service), namespace(service))));
        }
        if (k < 4) {
            all.add(networking("ServiceEntry", "serviceentries", service, name(service), """
                {"hosts":["api-%d.example.org"],"exportTo":["."],"ports":[{"number":443,"name":"tls","protocol":"TLS"}],"resolution":"DNS","location":"MESH_EXTERNAL"}"""
                    .formatted(service)));
        }
        if (k == 0) {
            all.add(networking("Gateway", "gateways", service, "front", """
                {"selector":{"istio":"ingressgateway"},"servers":[{"port":{"number":80,"name":"http","protocol":"HTTP"},"hosts":["shop-%d.example.org"]}]}""".formatted(n)));
            all.add(istio("security.istio.io", "PeerAuthentication", "peerauthentications", service, "default", """
                {"mtls":{"mode":"STRICT"}}"""));
            all.add(n % 2 == 0
                    ? networking("Sidecar", "sidecars", service, "default", """
                        {"egress":[{"hosts":["./*","istio-system/*"]}]}""")
                    : istio("telemetry.istio.io", "Telemetry", "telemetries", service, "default", """
                        {"accessLogging":[{"providers":[{"name":"envoy"}]}]}"""));
        }
        return all;
    }

    /** @param timeout in seconds */
    static Written route(int service, int timeout) {
        return networking("VirtualService", "virtualservices", service, name(service), """
            {"hosts":["%1$s"],"http":[{"match":[{"headers":{"end-user":{"exact":"jason"}}}],"route":[{"destination":{"host":"%1$s","port":{"number":9080}}}]},
             {"timeout":"%2$ds","retries":{"attempts":2,"perTryTimeout":"2s","retryOn":"5xx"},"route":[{"destination":{"host":"%1$s","port":{"number":9080}}}]}]}"""
                .formatted(name(service), timeout));
    }

    private static Written networking(String kind, String plural, int service, String name, String spec) {
        return istio("networking.istio.io", kind, plural, service, name, spec);
    }

    private static Written istio(String group, String kind, String plural, int service, String name, String spec) {
        return new Written("/apis/" + group + "/v1/namespaces/" + namespace(service) + "/" + plural, name, """
            {"apiVersion":"%s/v1","kind":"%s","metadata":{"name":"%s","namespace":"%s","annotations":{"kubectl.kubernetes.io/last-applied-configuration":"%s"}},"spec":%s}"""
                .formatted(group, kind, name, namespace(service), "x".repeat(300), spec), false);
    }
}
