import type {
$imports
	Icon,
	INodeProperties,
} from 'n8n-workflow';

export class $class_name implements ICredentialType {
	name = $name;

	displayName = $display_name;

	icon: Icon = $icon;

	documentationUrl = $documentation_url;

	properties: INodeProperties[] = $properties;

	$authenticate$test
}
