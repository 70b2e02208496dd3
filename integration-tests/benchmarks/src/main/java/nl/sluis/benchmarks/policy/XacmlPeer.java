package nl.sluis.benchmarks.policy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import nl.sluis.policy.bundle.Audience;
import nl.sluis.policy.decide.Item;
import oasis.names.tc.xacml._3_0.core.schema.wd_17.DecisionType;
import org.ow2.authzforce.core.pdp.api.AttributeFqns;
import org.ow2.authzforce.core.pdp.api.DecisionRequest;
import org.ow2.authzforce.core.pdp.api.DecisionRequestBuilder;
import org.ow2.authzforce.core.pdp.api.value.Bags;
import org.ow2.authzforce.core.pdp.api.value.StandardDatatypes;
import org.ow2.authzforce.core.pdp.api.value.StringValue;
import org.ow2.authzforce.core.pdp.impl.BasePdpEngine;
import org.ow2.authzforce.core.pdp.impl.PdpEngineConfiguration;

/** The rules of a world as one XACML 3.0 policy, asked of AuthzForce for one item and one audience at a time. */
final class XacmlPeer implements Peer {
    private static final String SUBJECT = "urn:oasis:names:tc:xacml:1.0:subject-category:access-subject";
    private static final String RESOURCE = "urn:oasis:names:tc:xacml:3.0:attribute-category:resource";
    private static final String STRING = "http://www.w3.org/2001/XMLSchema#string";
    private static final String FUNCTION = "urn:oasis:names:tc:xacml:1.0:function:";

    private final BasePdpEngine engine;
    private final List<List<DecisionRequest>> requests = new ArrayList<>();

    XacmlPeer(World world) throws IOException {
        Path folder = Files.createTempDirectory("sluis-xacml");
        Files.writeString(folder.resolve("policy.xml"), policy(world));
        Files.writeString(folder.resolve("pdp.xml"), """
                <?xml version="1.0" encoding="UTF-8"?>
                <pdp xmlns="http://authzforce.github.io/core/xmlns/pdp/8" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" version="8.0">
                  <policyProvider id="provider" xsi:type="StaticPolicyProvider"><policyLocation>${PARENT_DIR}/policy.xml</policyLocation></policyProvider>
                  <rootPolicyRef>sluis</rootPolicyRef>
                </pdp>
                """);
        // AuthzForce's own schemas refer to others by http addresses that its catalogue resolves
        System.setProperty("javax.xml.accessExternalSchema", "http,file,jar");
        engine = new BasePdpEngine(PdpEngineConfiguration.getInstance(
                folder.resolve("pdp.xml").toUri().toString()));
        for (Item item : world.items()) {
            Facts.ItemFacts facts = Facts.of(item, world.bundle().groups());
            List<DecisionRequest> row = new ArrayList<>();
            for (Audience audience : world.bundle().audiences()) {
                Facts.AudienceFacts who = Facts.of(audience);
                DecisionRequestBuilder<?> request = engine.newRequestBuilder(2, 8);
                put(request, RESOURCE, "kind", List.of(facts.kind()));
                put(request, RESOURCE, "in-all", facts.inAll());
                put(request, RESOURCE, "in-any", facts.inAny());
                put(request, RESOURCE, "needs", facts.needs());
                put(request, RESOURCE, "members", facts.members());
                put(request, SUBJECT, "names", who.names());
                put(request, SUBJECT, "tokens", who.tokens());
                put(request, SUBJECT, "levels", who.levels());
                row.add(request.build(false));
            }
            requests.add(row);
        }
    }

    private static void put(DecisionRequestBuilder<?> request, String category, String name, List<String> values) {
        if (!values.isEmpty()) {
            request.putNamedAttributeIfAbsent(
                    AttributeFqns.newInstance(category, Optional.empty(), name),
                    Bags.newAttributeBag(
                            StandardDatatypes.STRING,
                            values.stream().map(StringValue::new).toList()));
        }
    }

    @Override
    public boolean releases(int item, int audience) {
        return engine.evaluate(requests.get(item).get(audience)).getDecision() == DecisionType.PERMIT;
    }

    private static String policy(World world) {
        StringBuilder out = new StringBuilder("""
                <?xml version="1.0" encoding="UTF-8"?>
                <Policy xmlns="urn:oasis:names:tc:xacml:3.0:core:schema:wd-17" PolicyId="sluis" Version="1.0"
                 RuleCombiningAlgId="urn:oasis:names:tc:xacml:3.0:rule-combining-algorithm:deny-overrides">
                <Target/>
                """);
        out.append(barUnless("levels", "string-subset", "needs", "levels"));
        out.append(barUnless("members", "string-at-least-one-member-of", "members", "tokens"));
        int[] next = {0};
        Facts.deciding(world).forEach(rule -> {
            out.append("<Rule RuleId=\"r").append(next[0]++).append("\" Effect=\"");
            out.append(rule.denies() ? "Deny" : "Permit").append("\"><Target>");
            out.append(anyOf(RESOURCE, "kind", rule.kinds()));
            List<String> groups = new ArrayList<>(rule.groups());
            if (rule.denies() && !groups.isEmpty()) {
                groups.add(Facts.ANY_GROUP);
            }
            out.append(anyOf(RESOURCE, rule.denies() ? "in-any" : "in-all", groups));
            out.append(anyOf(SUBJECT, "names", rule.to())).append("</Target></Rule>\n");
        });
        return out.append("</Policy>\n").toString();
    }

    private static String barUnless(String name, String function, String ofItem, String ofAudience) {
        return "<Rule RuleId=\"" + name + "\" Effect=\"Deny\"><Condition><Apply FunctionId=\"" + FUNCTION
                + "not\"><Apply FunctionId=\"" + FUNCTION + function + "\">" + designator(RESOURCE, ofItem)
                + designator(SUBJECT, ofAudience) + "</Apply></Apply></Condition></Rule>\n";
    }

    private static String anyOf(String category, String attribute, List<String> values) {
        if (values.isEmpty()) {
            return "";
        }
        StringBuilder out = new StringBuilder("<AnyOf>");
        for (String value : values) {
            out.append("<AllOf><Match MatchId=\"")
                    .append(FUNCTION)
                    .append("string-equal\"><AttributeValue DataType=\"");
            out.append(STRING).append("\">").append(value).append("</AttributeValue>");
            out.append(designator(category, attribute)).append("</Match></AllOf>");
        }
        return out.append("</AnyOf>").toString();
    }

    private static String designator(String category, String attribute) {
        return "<AttributeDesignator Category=\"" + category + "\" AttributeId=\"" + attribute + "\" DataType=\""
                + STRING + "\" MustBePresent=\"false\"/>";
    }
}
