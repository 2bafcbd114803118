package schema

import (
	"github.com/bufbuild/protocompile"
	"google.golang.org/genproto/googleapis/api"
	"google.golang.org/genproto/googleapis/api/annotations"
	"google.golang.org/genproto/googleapis/api/configchange"
	"google.golang.org/genproto/googleapis/api/distribution"
	"google.golang.org/genproto/googleapis/api/error_reason"
	exprv1alpha1 "google.golang.org/genproto/googleapis/api/expr/v1alpha1"
	exprv1beta1 "google.golang.org/genproto/googleapis/api/expr/v1beta1"
	"google.golang.org/genproto/googleapis/api/httpbody"
	"google.golang.org/genproto/googleapis/api/label"
	"google.golang.org/genproto/googleapis/api/metric"
	"google.golang.org/genproto/googleapis/api/monitoredres"
	"google.golang.org/genproto/googleapis/api/serviceconfig"
	"google.golang.org/genproto/googleapis/api/visibility"
	"google.golang.org/genproto/googleapis/rpc/code"
	"google.golang.org/genproto/googleapis/rpc/context"
	"google.golang.org/genproto/googleapis/rpc/context/attribute_context"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/genproto/googleapis/rpc/http"
	"google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/genproto/googleapis/type/calendarperiod"
	"google.golang.org/genproto/googleapis/type/color"
	"google.golang.org/genproto/googleapis/type/date"
	"google.golang.org/genproto/googleapis/type/datetime"
	"google.golang.org/genproto/googleapis/type/dayofweek"
	"google.golang.org/genproto/googleapis/type/decimal"
	"google.golang.org/genproto/googleapis/type/expr"
	"google.golang.org/genproto/googleapis/type/fraction"
	"google.golang.org/genproto/googleapis/type/interval"
	"google.golang.org/genproto/googleapis/type/latlng"
	"google.golang.org/genproto/googleapis/type/localized_text"
	"google.golang.org/genproto/googleapis/type/money"
	"google.golang.org/genproto/googleapis/type/month"
	"google.golang.org/genproto/googleapis/type/phone_number"
	"google.golang.org/genproto/googleapis/type/postaladdress"
	"google.golang.org/genproto/googleapis/type/quaternion"
	"google.golang.org/genproto/googleapis/type/timeofday"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/types/known/anypb"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/emptypb"
	"google.golang.org/protobuf/types/known/fieldmaskpb"
	"google.golang.org/protobuf/types/known/structpb"
	"google.golang.org/protobuf/types/known/timestamppb"
	"google.golang.org/protobuf/types/known/wrapperspb"
)

// bundledFile finds a file that may be imported without being given. Those of
// google/protobuf/ are the ones that come with protoc.
func bundledFile(path string) (protoreflect.FileDescriptor, bool) {
	for _, f := range googleapis() {
		if f.Path() == path {
			return f, true
		}
	}
	nothing := protocompile.ResolverFunc(func(string) (protocompile.SearchResult, error) {
		return protocompile.SearchResult{}, protoregistry.NotFound
	})
	found, err := protocompile.WithStandardImports(nothing).FindFileByPath(path)
	return found.Desc, err == nil
}

// isBundledType tells whether a type is in a bundled file.
func isBundledType(name protoreflect.FullName) bool {
	d, err := protoregistry.GlobalFiles.FindDescriptorByName(name)
	if err != nil {
		return false
	}
	_, ok := bundledFile(d.ParentFile().Path())
	return ok
}

// wellKnownFiles have the types whose JSON form is special, and Empty.
func wellKnownFiles() []protoreflect.FileDescriptor {
	return []protoreflect.FileDescriptor{
		anypb.File_google_protobuf_any_proto,
		durationpb.File_google_protobuf_duration_proto,
		emptypb.File_google_protobuf_empty_proto,
		fieldmaskpb.File_google_protobuf_field_mask_proto,
		structpb.File_google_protobuf_struct_proto,
		timestamppb.File_google_protobuf_timestamp_proto,
		wrapperspb.File_google_protobuf_wrappers_proto,
	}
}

// addKnownTypes registers the types that an Any is likely to hold whether or not
// the schema imports them. What the schema defines itself stays.
func addKnownTypes(r *protoregistry.Files) {
	for _, f := range wellKnownFiles() {
		register(r, f)
	}
	register(r, status.File_google_rpc_status_proto)
	register(r, errdetails.File_google_rpc_error_details_proto)
}

// register adds a file and its imports where no file of that path is there and
// none of its names is taken.
func register(r *protoregistry.Files, f protoreflect.FileDescriptor) {
	if _, err := r.FindFileByPath(f.Path()); err == nil || f.IsPlaceholder() {
		return
	}
	if r.RegisterFile(f) != nil {
		return
	}
	for i := range f.Imports().Len() {
		register(r, f.Imports().Get(i).FileDescriptor)
	}
}

// googleapis are the files of google/api, google/rpc and google/type.
func googleapis() []protoreflect.FileDescriptor {
	return []protoreflect.FileDescriptor{
		api.File_google_api_launch_stage_proto,
		annotations.File_google_api_annotations_proto,
		annotations.File_google_api_client_proto,
		annotations.File_google_api_field_behavior_proto,
		annotations.File_google_api_field_info_proto,
		annotations.File_google_api_http_proto,
		annotations.File_google_api_resource_proto,
		annotations.File_google_api_routing_proto,
		configchange.File_google_api_config_change_proto,
		distribution.File_google_api_distribution_proto,
		error_reason.File_google_api_error_reason_proto,
		exprv1alpha1.File_google_api_expr_v1alpha1_checked_proto,
		exprv1alpha1.File_google_api_expr_v1alpha1_eval_proto,
		exprv1alpha1.File_google_api_expr_v1alpha1_explain_proto,
		exprv1alpha1.File_google_api_expr_v1alpha1_syntax_proto,
		exprv1alpha1.File_google_api_expr_v1alpha1_value_proto,
		exprv1beta1.File_google_api_expr_v1beta1_decl_proto,
		exprv1beta1.File_google_api_expr_v1beta1_eval_proto,
		exprv1beta1.File_google_api_expr_v1beta1_expr_proto,
		exprv1beta1.File_google_api_expr_v1beta1_source_proto,
		exprv1beta1.File_google_api_expr_v1beta1_value_proto,
		httpbody.File_google_api_httpbody_proto,
		label.File_google_api_label_proto,
		metric.File_google_api_metric_proto,
		monitoredres.File_google_api_monitored_resource_proto,
		serviceconfig.File_google_api_auth_proto,
		serviceconfig.File_google_api_backend_proto,
		serviceconfig.File_google_api_billing_proto,
		serviceconfig.File_google_api_consumer_proto,
		serviceconfig.File_google_api_context_proto,
		serviceconfig.File_google_api_control_proto,
		serviceconfig.File_google_api_documentation_proto,
		serviceconfig.File_google_api_endpoint_proto,
		serviceconfig.File_google_api_log_proto,
		serviceconfig.File_google_api_logging_proto,
		serviceconfig.File_google_api_monitoring_proto,
		serviceconfig.File_google_api_policy_proto,
		serviceconfig.File_google_api_quota_proto,
		serviceconfig.File_google_api_service_proto,
		serviceconfig.File_google_api_source_info_proto,
		serviceconfig.File_google_api_system_parameter_proto,
		serviceconfig.File_google_api_usage_proto,
		visibility.File_google_api_visibility_proto,
		code.File_google_rpc_code_proto,
		context.File_google_rpc_context_audit_context_proto,
		attribute_context.File_google_rpc_context_attribute_context_proto,
		errdetails.File_google_rpc_error_details_proto,
		http.File_google_rpc_http_proto,
		status.File_google_rpc_status_proto,
		calendarperiod.File_google_type_calendar_period_proto,
		color.File_google_type_color_proto,
		date.File_google_type_date_proto,
		datetime.File_google_type_datetime_proto,
		dayofweek.File_google_type_dayofweek_proto,
		decimal.File_google_type_decimal_proto,
		expr.File_google_type_expr_proto,
		fraction.File_google_type_fraction_proto,
		interval.File_google_type_interval_proto,
		latlng.File_google_type_latlng_proto,
		localized_text.File_google_type_localized_text_proto,
		money.File_google_type_money_proto,
		month.File_google_type_month_proto,
		phone_number.File_google_type_phone_number_proto,
		postaladdress.File_google_type_postal_address_proto,
		quaternion.File_google_type_quaternion_proto,
		timeofday.File_google_type_timeofday_proto,
	}
}
